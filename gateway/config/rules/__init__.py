"""Rules as data, and those of profiles that involve several keys."""
