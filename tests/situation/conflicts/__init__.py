"""Tests of conflicts, and the town that they are held against."""
