"""Tests of what lamps should do."""
