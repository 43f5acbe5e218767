"""Faults of wiring, settings and meters, injected on ptys and sockets; each must be named first. `python -m tests.provision.faults`."""
