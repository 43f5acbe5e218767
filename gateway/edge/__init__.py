"""The edge: lines, journal and uplink of one gateway, wired together."""
