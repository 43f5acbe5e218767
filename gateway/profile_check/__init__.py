"""Whether a profile is what its sources say, and whether a device is what its profile says."""
