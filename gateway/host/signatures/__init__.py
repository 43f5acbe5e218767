"""Public keys of others, and the signatures that they verify."""
