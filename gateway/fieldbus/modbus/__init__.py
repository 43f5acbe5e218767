"""Modbus: requests, frames, clients, and the driver that reads the devices of a line."""
