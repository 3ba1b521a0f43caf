"""Groups of sub-commands of the `hotline` command, one file for each."""
