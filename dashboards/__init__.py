"""Grafana dashboards as code. Their rendered JSON is committed in this folder."""
