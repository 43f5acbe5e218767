"""The boards: their queries name what exists, and each returns data from a real InfluxDB."""

import re
from pathlib import Path
from urllib.parse import urlencode

import pytest

import dashboards.boards  # noqa: F401 — registers the boards
from dashboards.panels import queries_of
from dashboards.registry import BOARDS, RegisteredBoard
from gateway.centre.ingest.own_rows import CENTRE
from gateway.centre.series_rows import StoredRow, origin
from gateway.centre.stores.influx.http import InfluxConnection, query
from gateway.centre.stores.influx.writer import InfluxStore
from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.model.batch import Value
from gateway.model.canonical import MEASUREMENTS, FieldType
from gateway.model.site import DeviceSettings, InfluxSettings
from gateway.model.stream import Stream, StreamField
from gateway.model.topics import GatewayId
from tests.centre.readings import lines
from tests.dashboards.grafana import colour_of
from tests.system.servers import influxdb

NOW_MS = 1_795_400_120_000
ME = GatewayId("prato", "citelum", "gw-1")


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_panels_fill_rows_and_do_not_overlap(board: RegisteredBoard) -> None:
    taken = set[tuple[int, int]]()
    for panel in board.render()["panels"]:
        place = panel["gridPos"]
        cells = {(x, y) for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])}
        assert max(x for x, _ in cells) < 24
        assert not cells & taken
        taken |= cells


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_panel_has_a_title_of_its_kind_s_own_and_a_sentence(board: RegisteredBoard) -> None:
    panels = board.render()["panels"]
    assert len({(panel["type"], panel["title"]) for panel in panels}) == len(panels)
    assert all(panel["description"].endswith(".") for panel in panels)


@pytest.mark.parametrize("board", BOARDS, ids=lambda board: board.uid)
def test_every_query_names_a_measurement_and_its_fields_alone(board: RegisteredBoard) -> None:
    for panel in board.render()["panels"]:
        (target,) = panel["targets"]
        (measurement,) = re.findall(r'FROM (?:"days"\.)?"(\w+)"', target["query"])
        names = set(re.findall(r'"(\w+)"', re.sub(r'AS "[^"]+"|"value"|"days"', "", target["query"]))) - {measurement}
        assert names <= MEASUREMENTS[measurement].keys() | {"operator", "asset", "profile"}, target["query"]


def rows() -> list[StoredRow]:
    """Return ten minutes of one device of each profile, and of what gateways and centre report about themselves, every ten seconds."""
    library, made = ProfileLibrary(), []
    for name in library.names:
        profile = library.get(name)
        bound = bind(
            DeviceSettings(
                id=f"{name[:8].replace('_', '-')}-1", profile=name, asset=f"a-{profile.kind[:4]}", channels={0: "pl-1", 1: "pl-2"}
            ),
            profile,
            {},
        )
        made += [row for stream in bound.streams for row in _reported(ME, stream.stream)]
    quarter_hour = (StreamField("active_energy_interval", FieldType.FLOAT, "W.h"),)
    made += _reported(ME, Stream("qe-1", "meter-1", "test", "lighting_meter", quarter_hour, 900.0))
    for measurement in ("gateway", "uplink", "gap", "completeness", "worker"):
        fields = tuple(StreamField(field.name, field.type, field.unit) for field in MEASUREMENTS[measurement].values())
        whose = GatewayId("prato", CENTRE, "worker-1") if measurement == "worker" else ME
        made += _reported(whose, Stream(whose.gateway, whose.gateway, "gateway", measurement, fields, 60.0))
    return made


def _reported(whose: GatewayId, stream: Stream) -> list[StoredRow]:
    return [StoredRow(origin(whose, stream), NOW_MS - 10_000 * n, [_value(field, n) for field in stream.fields]) for n in range(60)]


def _value(field: StreamField, n: int) -> Value:
    values: dict[str, Value] = {"float": 100.0 - n, "int": 100 - n, "bool": n % 7 == 0, "string": "on"}
    return values[field.type.value]


COLOURS = {
    "Gateways reporting": ("text", "red"), "Batches waiting": ("text", "text"), "Readings lost": ("green", "text"),
    "Dead letters": ("green", "text"), "Power now": ("text", "text"), "Panels reporting": ("text", "text"),
    "Lamps reporting": ("text", "text"), "Vehicles": ("text", "text"),
}  # fmt: skip
"""The colours of numbers where all is well, with many gateways and nothing lost, and in an outage, without data."""


def test_nothing_is_red_where_all_is_well_and_nothing_is_green_in_an_outage() -> None:
    numbers = [panel for board in BOARDS for panel in board.render()["panels"] if panel["type"] == "stat"]
    well = {"Readings lost": 0, "Dead letters": 0}
    found = {panel["title"]: (colour_of(panel, well.get(panel["title"], 500)), colour_of(panel, None)) for panel in numbers}
    assert found == COLOURS
    assert "red" not in {of_well for of_well, _ in COLOURS.values()}
    assert "green" not in {of_outage for _, of_outage in COLOURS.values()}


@pytest.mark.system
def test_every_query_of_the_dashboards_returns_data_from_influxdb(tmp_path: Path) -> None:
    server, url = influxdb(tmp_path)
    settings = InfluxSettings(url=url)
    try:
        store = InfluxStore(settings)
        assert store.write([lines(rows())]) == []
        store.close()
        connection = InfluxConnection(settings)
        rolled = 'SELECT sum("active_energy_interval") AS "active_energy_interval" INTO "days"."lighting_meter" FROM "lighting_meter"'
        for statement in ("CREATE RETENTION POLICY days ON street DURATION INF REPLICATION 1", f"{rolled} GROUP BY time(1h), *"):
            assert connection.request("POST", f"/query?{urlencode({'db': 'street', 'q': statement})}", None, 1000)[0] == 200
        asked = [one for board in BOARDS for one in queries_of(board.render())]
        assert len(asked) > 30
        for one in asked:
            concrete = (
                one.replace("$timeFilter", f"time >= {NOW_MS - 3_600_000}ms AND time <= {NOW_MS}ms")
                .replace("$__interval", "30s")
                .replace("$operator", ".*")
                .replace("now()", f"{NOW_MS}ms")
            )
            assert "$" not in concrete.replace("$/", "")
            series = query(connection, settings.database, concrete)
            values = [value for found in series for row in found["values"] for value in row[1:]]
            assert any(value is not None for value in values), concrete
        connection.close()
    finally:
        server.stop()
