"""Nights and years before they come: steps, energy, pictures."""
