"""Situations as documents of others' formats, and what each format can't say. Pure."""
