"""Simulated devices behind real sockets and pseudo-terminals."""
