"""The queries that VictoriaMetrics is asked; tests/system has the contract suite on a real server."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Span, StoreUnavailable
from gateway.centre.stores.victoria import VictoriaReader
from gateway.model.site.store import InfluxSettings

NOW_MS = 1_795_400_120_000


@pytest.fixture
def reader(page: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> VictoriaReader:
    monkeypatch.setattr("gateway.host.clock.now_ms", lambda: NOW_MS)
    return VictoriaReader(InfluxSettings(url=page.url, api="victoria"))


def asked(page: SimpleNamespace) -> list[tuple[str, dict[str, str]]]:
    """Return the paths and parameters of all requests."""
    parts = [urlsplit(path) for path in page.paths]
    return [(part.path, {key: values[0] for key, values in parse_qs(part.query).items()}) for part in parts]


def test_raw_points_come_from_the_export_in_the_type_of_their_field(page: SimpleNamespace, reader: VictoriaReader) -> None:
    metric = {"__name__": "lamp_lamp_failure", "asset": "pl-1", "db": "street"}
    page.body = msgspec.json.encode({"metric": metric, "values": [1, 0], "timestamps": [7, 5]})
    found = list(reader.select("lamp", ["lamp_failure"], {"asset": 'a"b'}, Span(5, 9)))
    assert found == [SelectedSeries((("asset", "pl-1"),), [SelectedPoint(5, (False,)), SelectedPoint(7, (True,))])]
    ((path, parameters),) = asked(page)
    assert path == "/api/v1/export"
    assert parameters == {"match[]": '{__name__="lamp_lamp_failure",asset="a\\"b"}', "start": "0.005", "end": "0.008"}


def test_a_text_has_a_point_without_a_value(page: SimpleNamespace, reader: VictoriaReader) -> None:
    page.body = msgspec.json.encode({"metric": {"__name__": "lamp_power_state"}, "values": [0], "timestamps": [5]})
    (found,) = reader.select("lamp", ["power_state"], {}, Span(0, 9))
    assert found.points == [SelectedPoint(5, (None,))]


def test_settled_windows_are_queried_and_their_points_are_at_their_beginning(page: SimpleNamespace, reader: VictoriaReader) -> None:
    sampled = {"metric": {"__name__": "ignored", "asset": "pl-1"}, "values": [[9.999, "7.5"], [19.999, "8"]]}
    page.body = msgspec.json.encode({"status": "success", "data": {"result": [sampled]}})
    (found,) = reader.select("lamp", ["dim_level"], {}, Span(1, 20_000), 10_000)
    assert found.points == [SelectedPoint(0, (7.5,)), SelectedPoint(10_000, (8.0,))]
    ((path, parameters),) = asked(page)
    assert path == "/api/v1/query_range"
    assert parameters["query"] == 'avg_over_time({__name__="lamp_dim_level"}[10000ms])'
    assert (parameters["start"], parameters["end"], parameters["step"]) == ("9.999", "19.999", "10000ms")


def test_windows_of_the_last_minute_are_made_of_their_points(page: SimpleNamespace, reader: VictoriaReader) -> None:
    """Queries repeat older values for the last half minute."""
    begin_ms = NOW_MS // 10_000 * 10_000 - 20_000
    exported = {"metric": {"__name__": "lamp_dim_level"}, "values": [1, 2, 6], "timestamps": [begin_ms, begin_ms + 1, begin_ms + 10_000]}
    page.body = msgspec.json.encode(exported)
    (found,) = reader.select("lamp", ["dim_level"], {}, Span(begin_ms, NOW_MS), 10_000)
    assert found.points == [SelectedPoint(begin_ms, (1.5,)), SelectedPoint(begin_ms + 10_000, (6.0,))]
    assert [path for path, _ in asked(page)] == ["/api/v1/export"]


def test_a_response_that_is_not_victoriametrics_is_an_error(page: SimpleNamespace, reader: VictoriaReader) -> None:
    page.body = b"<html>"
    with pytest.raises(StoreUnavailable, match="is this VictoriaMetrics"):
        list(reader.latest("gateway", ["uptime"], {}, 0))
