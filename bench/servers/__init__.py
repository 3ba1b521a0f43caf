"""The servers that are measured beside the hotline: the floor beneath every server here, and the usual ways."""
