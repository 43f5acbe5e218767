"""The update of one device: checks, transfer in chunks with its state on disk, verification, and what is recorded of it."""
