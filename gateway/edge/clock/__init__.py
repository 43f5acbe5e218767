"""The time of readings: which clock can be trusted, and the correction of earlier readings."""
