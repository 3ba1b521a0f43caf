"""Referrals: handing a caller to a counselling centre with consent, received, answered, and forgotten in time."""
