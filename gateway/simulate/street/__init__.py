"""The simulated street: its layout, its true state, its faults, and the log of what was served."""
