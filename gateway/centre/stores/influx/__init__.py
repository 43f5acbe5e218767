"""InfluxDB, and whatever else accepts its line protocol."""
