"""Tests of `gateway situation`."""
