"""People who log in: their roles, sessions and second factors, and the audit of what they do."""
