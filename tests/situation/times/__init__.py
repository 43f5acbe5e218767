"""Tests of working days and periods."""
