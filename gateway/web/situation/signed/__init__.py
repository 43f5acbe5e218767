"""Tokens that programs sign themselves: AgID's ModI, pattern ID_AUTH_REST_02."""
