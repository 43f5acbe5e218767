"""Compares what is stored with what was served."""
