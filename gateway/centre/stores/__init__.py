"""Time series stores behind two ports, one for writing and one for reading."""
