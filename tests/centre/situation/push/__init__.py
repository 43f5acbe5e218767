"""Tests of webhooks about situations."""
