"""Readings until they are stored: a durable log of batches with a receipt for each."""
