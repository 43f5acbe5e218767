"""A day of Prato: simulated organisations that use the Situation Room over its real interfaces."""
