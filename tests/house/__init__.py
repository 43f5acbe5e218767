"""Checks of the house itself: names, sizes, folders, mirrored tests, and the sentences that people read."""
