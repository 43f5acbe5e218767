"""Reserved for firmware updates of field devices; empty so far."""
