"""The centre's own audit: what it confirmed is compared with the store, and what the store lost is requested again."""
