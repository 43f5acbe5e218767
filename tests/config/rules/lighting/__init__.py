"""Tests of the rules of `lighting`."""
