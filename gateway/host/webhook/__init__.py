"""Signed messages over HTTP to the addresses that a site file names."""
