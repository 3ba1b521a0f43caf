"""What every room stands on: settings, database, clock, errors, cryptography, log and protocols."""
