"""Firmware of field devices: signed, published, and brought to the devices over the lines that they already hang on."""
