"""Programs and calendars of a site file to and from the JSON of TALQ."""
