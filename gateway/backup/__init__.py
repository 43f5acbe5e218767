"""A gateway's backup: one encrypted file with everything that a new machine needs to continue under its name."""
