"""Firmware of field devices: signed, transferred over the bus that they are on, and rolled out."""
