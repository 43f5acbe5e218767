"""Tests of the objects of TALQ."""
