"""Tests of changes to a site file."""
