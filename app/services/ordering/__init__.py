"""The customer's verbs: create, change, place, cancel, and reading one's orders."""
