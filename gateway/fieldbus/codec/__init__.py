"""From bytes to values: checksums, packed types, registers, scales and limits. Pure."""
