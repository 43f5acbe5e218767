"""How bytes reach a line: a serial port or a TCP connection."""
