"""Lines of devices: the owner of each, its schedule and counters, and the port to the driver of its protocol."""
