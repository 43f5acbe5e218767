"""Tests of the Situation Room at the centre: store and service."""
