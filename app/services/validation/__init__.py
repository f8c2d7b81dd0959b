"""The four layers: data integrity, business, finance, logistics. All run, all findings are collected."""
