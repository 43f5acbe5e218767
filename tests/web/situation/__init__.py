"""Tests of the REST API of the Situation Room."""
