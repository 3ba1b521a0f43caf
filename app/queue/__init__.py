"""The waiting line: who waits, who is on duty, and who is brought together with whom."""
