"""Reading a folder of Grafana."""

from dashboards.publish.api import GrafanaApi
from dashboards.publish.pull import pulled
from tests.dashboards.publish.grafana_double import GrafanaDouble
from tests.dashboards.publish.test_publisher import push, wanted


def test_an_empty_grafana_has_no_files(api: GrafanaApi) -> None:
    assert pulled(api) == {}


def test_dashboards_and_groups_of_rules_are_files(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    push(api, wanted())
    found = pulled(api)
    assert {name for name in found if name.startswith("alerting/")} == {
        f"alerting/{group}.json" for group in ("lighting", "environment", "gateways", "centre")
    }
    assert len(found) == len(grafana.dashboards) + 4
