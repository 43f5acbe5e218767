"""Tests of the Situation Room."""
