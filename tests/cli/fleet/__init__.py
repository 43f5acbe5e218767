"""Tests of `gateway fleet`."""
