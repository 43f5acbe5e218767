"""What to read and what it costs: the plan of the cheapest reads, compiled, and what devices have taught it."""
