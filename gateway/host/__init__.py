"""What the stages use of the machine around them: the broker's connection, one thread, clock, logs, health, files."""
