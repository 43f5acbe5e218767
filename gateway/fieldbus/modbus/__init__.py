"""Modbus on a line: requests, frames, clients, and the driver of its devices."""
