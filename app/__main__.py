"""Lets Python run the hotline's command by the package's name."""

from app.cli import main

main()
