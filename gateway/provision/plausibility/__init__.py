"""Whether the values of several devices of one asset, or of the lamps behind a panel, fit each other."""
