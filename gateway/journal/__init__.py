"""The journal: a durable log of batches, each kept until the centre confirms it."""
