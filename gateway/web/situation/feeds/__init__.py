"""Situations in the formats of others, as documents that programs and everybody can fetch and caches can keep."""
