"""The time of readings: which clock can be trusted, and the correction of what was read before."""
