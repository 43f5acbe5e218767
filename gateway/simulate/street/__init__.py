"""The simulated street: where devices stand, their true state, faults, and the log of answers."""
