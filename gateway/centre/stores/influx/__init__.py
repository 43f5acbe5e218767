"""InfluxDB, and other stores that accept its line protocol."""
