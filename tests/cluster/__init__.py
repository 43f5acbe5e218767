"""The centre on a cluster of brokers: three nodes, two workers, a city role and a fleet, whose parts are killed. `python -m tests.cluster`."""
