"""What the readings of lighting panels say: energy, hours, failures, availability. Pure."""
