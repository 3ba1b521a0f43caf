"""The administrators' door: people who log in, and the audit."""
