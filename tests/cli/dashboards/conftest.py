"""A Grafana double, and the site file of a centre that has it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.dashboards.publish.grafana_double import TOKEN, GrafanaDouble, served_grafana


@pytest.fixture
def grafana() -> Iterator[GrafanaDouble]:
    yield from served_grafana()


@pytest.fixture
def site(grafana: GrafanaDouble, tmp_path: Path) -> Path:
    token = tmp_path / "token"
    token.write_text(f"{TOKEN}\n")
    token.chmod(0o600)
    described = {"url": grafana.url, "token_file": str(token), "contacts": {"centre": {"email": ["room@example.org"]}}}
    store = {"influx": {"url": "http://127.0.0.1:8086"}}
    path = tmp_path / "centre.yaml"
    path.write_text(json.dumps({"site": "prato", "centre": {"broker": "mqtt://127.0.0.1:1", "store": store, "grafana": described}}))
    return path
