"""How well the cause of outages is found, in a simulated town."""
