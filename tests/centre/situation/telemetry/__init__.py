"""Tests of the situations that are made of alarms."""
