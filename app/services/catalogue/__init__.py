"""Finding items: by our number, the customer's own number, EAN, or words with typing mistakes."""
