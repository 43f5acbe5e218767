"""Tests of tokens that programs sign themselves."""
