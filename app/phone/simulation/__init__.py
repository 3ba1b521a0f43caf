"""Simulated callers: they know what they want and hear what a caller hears, and nothing of the flows."""
