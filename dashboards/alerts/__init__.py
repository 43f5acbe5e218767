"""Alert rules for Grafana, as code."""
