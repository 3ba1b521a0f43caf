"""The shell around every page: who may open it, how it looks, and how forms, tables and answers work."""
