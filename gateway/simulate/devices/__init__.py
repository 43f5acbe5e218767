"""Simulated devices on real sockets and pseudo-terminals."""
