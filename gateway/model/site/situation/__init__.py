"""The Situation Room in the site file."""
