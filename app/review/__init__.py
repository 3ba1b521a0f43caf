"""BAMF's door: the published figures, what they mean, and the files that carry them."""
