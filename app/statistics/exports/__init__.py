"""Published figures as files: CSV, XLSX, JSON and SDMX, the same bytes for the same releases."""
