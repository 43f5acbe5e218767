"""The publisher: brings dashboards, alert rules and their notification into Grafana over its HTTP API."""
