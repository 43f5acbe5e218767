"""The month's report of lighting panels: figures, tables, a page to print. Pure."""
