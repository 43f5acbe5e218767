"""Firmware of the devices of the running gateway: orders of the centre, and requests of commands."""
