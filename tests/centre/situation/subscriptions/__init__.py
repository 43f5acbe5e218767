"""Tests of subscriptions to situations."""
