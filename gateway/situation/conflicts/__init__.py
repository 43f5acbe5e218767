"""Works that meet in place and time, and who could dig together."""
