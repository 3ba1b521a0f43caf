"""The return hotline: the backend of a telephone line about voluntary return from Germany."""
