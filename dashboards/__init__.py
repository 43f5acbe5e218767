"""Grafana dashboards as code; the rendered JSON stands beside it."""
