"""A Grafana double for each test."""

from collections.abc import Iterator

import pytest

from dashboards.publish.api import GrafanaAccess, GrafanaApi
from tests.dashboards.publish.grafana_double import TOKEN, GrafanaDouble, served_grafana


@pytest.fixture
def grafana() -> Iterator[GrafanaDouble]:
    yield from served_grafana()


@pytest.fixture
def api(grafana: GrafanaDouble) -> Iterator[GrafanaApi]:
    connection = GrafanaApi(GrafanaAccess(grafana.url, f"Bearer {TOKEN}"))
    yield connection
    connection.close()
