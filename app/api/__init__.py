"""Data for programs, under /api/v1, with its own description."""
