"""A telephone in the browser and in the terminal: plays a caller against the real webhooks."""
