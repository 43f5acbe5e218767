"""Roll-outs of a firmware to many devices: which, in which order, when, and when to stop. Pure."""
