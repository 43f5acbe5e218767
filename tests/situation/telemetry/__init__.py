"""Tests of the situations that follow from telemetry."""
