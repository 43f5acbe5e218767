"""The analytics role: computes results from the readings of lighting panels, and stores them beside these."""
