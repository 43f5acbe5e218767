"""Putting devices into service: what is on a line (scan), and what product it is (identify)."""
