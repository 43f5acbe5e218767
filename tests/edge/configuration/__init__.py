"""Tests of changes to the configuration of a running gateway."""
