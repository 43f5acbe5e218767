"""Tests of the imports of situations."""
