"""Putting devices into the site file: names, assets, places, copies, and new addresses."""
