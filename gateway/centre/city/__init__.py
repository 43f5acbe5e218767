"""The city plane: the latest values of every asset, for people and utilities."""
