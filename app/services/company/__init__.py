"""A company as its own administrator sees it: what the ERP says of it, its item numbers, its settings in the portal."""
