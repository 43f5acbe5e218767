"""Tests of the life of a situation."""
