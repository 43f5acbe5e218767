"""Simulated devices, streets and gateways, and the check of what a store contains against what they served."""
