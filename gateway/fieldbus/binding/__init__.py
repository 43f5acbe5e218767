"""Binds the devices of a site to their profiles: streams, and the points that feed their fields."""
