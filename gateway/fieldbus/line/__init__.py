"""One owner for each line: schedule, power, counters, and the port to what it drives."""
