"""Tests of the exchange formats of situations."""
