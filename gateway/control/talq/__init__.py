"""Programs and calendars as objects of TALQ 2.7.1, read from and written to its JSON."""
