"""Stores of time series behind one port to write and one to read."""
