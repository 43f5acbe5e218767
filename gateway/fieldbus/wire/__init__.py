"""Byte streams to a line: serial ports and TCP connections."""
