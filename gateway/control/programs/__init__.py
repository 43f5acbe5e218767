"""Which program a night has, and what it does at which instant."""
