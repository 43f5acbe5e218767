"""The operator's page: the street on a map, live values, charts, and alarms."""
