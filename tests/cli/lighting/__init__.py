"""Tests of `gateway lighting`."""
