"""From wire to readings: what to read, how values stand in registers, frames, and one owner a line."""
