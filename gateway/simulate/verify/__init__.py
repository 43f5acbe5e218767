"""Whether what was stored is what was served."""
