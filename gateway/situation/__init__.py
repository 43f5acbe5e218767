"""Situations: events of public interest that the organisations of a city exchange, their rules, and what conflicts with what. Pure."""
