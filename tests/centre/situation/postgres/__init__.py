"""Tests of the store of situations in PostgreSQL, against a real server."""
