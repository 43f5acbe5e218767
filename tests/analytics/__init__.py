"""Tests of the analytics, and the truth that they are held against."""
