"""Webhooks: organisations are sent what changes for them."""
