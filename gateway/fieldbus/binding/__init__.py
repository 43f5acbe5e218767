"""Devices of a site bound to their profiles: streams, and the points that feed their fields."""
