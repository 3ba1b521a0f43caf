"""Contacts as numbers in tables, never as rows about anybody: counted under noise and published once."""
