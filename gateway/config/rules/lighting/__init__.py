"""The rules of `lighting` that involve several keys."""
