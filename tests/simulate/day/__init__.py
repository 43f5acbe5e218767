"""The day of Prato."""
