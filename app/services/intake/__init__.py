"""Lines as buyers write them: read without guessing, item by item, and whatever is unclear is handed back."""
