"""Judgements: facts to checks. Pure."""
