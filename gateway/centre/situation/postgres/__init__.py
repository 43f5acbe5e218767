"""The store of situations in PostgreSQL, which several machines may use."""
