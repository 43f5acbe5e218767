"""The queries that InfluxDB is asked; tests/system has the contract suite on a real server."""

from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import msgspec

from gateway.centre.stores.influx.reader import InfluxReader
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Span
from gateway.model.site.store import InfluxSettings


def answered(page: SimpleNamespace, values: list[list[object]]) -> InfluxReader:
    """Return a reader of a server that gives one series."""
    series = {"name": "lamp", "tags": {"asset": "pl-1", "circuit": ""}, "columns": ["time", "a", "b"], "values": values}
    page.body = msgspec.json.encode({"results": [{"series": [series]}]})
    return InfluxReader(InfluxSettings(url=page.url))


def statement(page: SimpleNamespace) -> str:
    (path,) = page.paths
    return str(parse_qs(urlsplit(path).query)["q"][0])


def test_points_are_selected_by_tags_and_span(page: SimpleNamespace) -> None:
    reader = answered(page, [[5, 1.5, None], [7, None, "on"]])
    found = list(reader.select("lamp", ["dim_level", "power_state"], {"asset": "it's"}, Span(5, 9)))
    assert found == [SelectedSeries((("asset", "pl-1"),), [SelectedPoint(5, (1.5, None)), SelectedPoint(7, (None, "on"))])]
    assert statement(page) == (
        """SELECT "dim_level", "power_state" FROM "lamp" WHERE "asset"='it\\'s' AND time >= 5ms AND time < 9ms GROUP BY *"""
    )


def test_windows_have_means_of_numbers_and_the_last_of_others(page: SimpleNamespace) -> None:
    list(answered(page, []).select("lamp", ["dim_level", "power_state"], {}, Span(1500, 9000), 1000))
    assert statement(page) == (
        'SELECT mean("dim_level"), last("power_state") FROM "lamp" WHERE time >= 1000ms AND time < 9000ms GROUP BY time(1000ms), * fill(none)'
    )


def test_the_newest_point_of_each_series_is_asked_for(page: SimpleNamespace) -> None:
    list(answered(page, []).latest("gateway", ["uptime"], {"profile": "health"}, 77))
    assert statement(page) == (
        """SELECT "uptime" FROM "gateway" WHERE "profile"='health' AND time >= 77ms GROUP BY * ORDER BY time DESC LIMIT 1"""
    )
