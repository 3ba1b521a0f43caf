"""The return hotline: the backend of a telephone line for people in Germany who think about returning to their country of origin."""
