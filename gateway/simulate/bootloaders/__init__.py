"""Simulated devices whose firmware can be replaced: their applications, and the bootloaders of public protocols."""
