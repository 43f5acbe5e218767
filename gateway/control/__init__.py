"""What each lamp should do at every moment: programs, calendars, sensors, commands, and one function that weighs them. Pure."""
