"""One gateway: its lines, journal and uplink, wired together."""
