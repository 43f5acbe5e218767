"""The machine around the stages: the broker's connection, threads, clock, logs, HTTP, files."""
