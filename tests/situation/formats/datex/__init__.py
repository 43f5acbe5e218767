"""Tests of the DATEX II formats."""
