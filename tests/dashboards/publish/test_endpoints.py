"""Paths of Grafana's API."""

from dashboards.publish.api import GrafanaApi
from dashboards.publish.endpoints import ENDPOINTS, in_path, without_numbers
from dashboards.publish.resource import Resource, ResourceKind
from tests.dashboards.publish.grafana_double import GrafanaDouble


def test_a_name_is_one_part_of_a_path() -> None:
    assert in_path("../a b") == "..%2Fa%20b"


def test_what_grafana_numbers_is_left_out() -> None:
    assert without_numbers({"id": 7, "version": 3, "title": "x"}) == {"title": "x"}


def test_every_kind_has_an_endpoint() -> None:
    assert set(ENDPOINTS) == set(ResourceKind)


def test_a_mute_timing_is_created_replaced_and_deleted(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    endpoint = ENDPOINTS[ResourceKind.MUTE_TIMING](api)
    content = {"name": "works", "time_intervals": [{"weekdays": ["monday"]}]}
    assert endpoint.read("works") is None
    endpoint.write(Resource(ResourceKind.MUTE_TIMING, "works", "works", content), None, "")
    found = endpoint.read("works")
    assert found is not None
    assert found.content == content
    endpoint.write(Resource(ResourceKind.MUTE_TIMING, "works", "works", {**content, "time_intervals": []}), found, "")
    assert grafana.mute_timings["works"]["time_intervals"] == []
    endpoint.delete("works")
    assert grafana.mute_timings == {}


def test_every_kind_is_deleted_where_it_is(api: GrafanaApi, grafana: GrafanaDouble) -> None:
    from tests.dashboards.publish.test_publisher import push, wanted

    push(api, wanted())
    for one in reversed(wanted()):
        if one.kind not in (ResourceKind.FOLDER, ResourceKind.CONTACT_POINT):
            endpoint = ENDPOINTS[one.kind](api)
            endpoint.delete(one.uid)
            assert endpoint.read(one.uid) is None, one.key
