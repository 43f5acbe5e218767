"""The dashboard of the street: what lighting, traffic and environment do now. InfluxQL, which InfluxDB 1.x, 2.x and 3.x speak."""

from typing import Any

_DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}
_OPERATOR = '"operator" =~ /^$operator$/'
_COLUMNS = 24

Panel = dict[str, Any]


def _target(query: str, alias: str, *, table: bool = False) -> dict[str, Any]:
    form = "table" if table else "time_series"
    return {"datasource": _DATASOURCE, "query": query, "rawQuery": True, "resultFormat": form, "alias": alias, "refId": "A"}


def _over_time(measurement: str, value: str, alias: str = "$tag_asset", *, where: str = "", by: str = "asset") -> dict[str, Any]:
    condition = f"$timeFilter AND {_OPERATOR}" + (f" AND {where}" if where else "")
    query = f'SELECT {value} FROM "{measurement}" WHERE {condition} GROUP BY time($__interval), "{by}" fill(none)'  # noqa: S608 — of ours
    return _target(query, alias)


def _latest(measurement: str, fields: dict[str, str]) -> dict[str, Any]:
    values = ", ".join(f'last("{field}") AS "{name}"' for field, name in fields.items())
    query = f'SELECT {values} FROM "{measurement}" WHERE $timeFilter AND {_OPERATOR} GROUP BY "asset"'  # noqa: S608 — of ours
    return _target(query, "", table=True)


def _panel(
    kind: str, title: str, description: str, target: dict[str, Any], *, unit: str = "none", width: int = 12, height: int = 8
) -> Panel:
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "textMode": "auto"}
    if kind == "table":
        options = {"showHeader": True}
    custom = {"spanNulls": 300_000, "lineWidth": 1, "fillOpacity": 0} if kind == "timeseries" else {}
    return {
        "type": kind, "title": title, "description": description, "datasource": _DATASOURCE, "targets": [target],
        "fieldConfig": {"defaults": {"unit": unit, "custom": custom, "noValue": "no data"}, "overrides": []}, "options": options,
        "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
    }  # fmt: skip


def _total(measurement: str, inner: str, outer: str) -> dict[str, Any]:
    """Take one value an asset, and make one number of them."""
    each = f'SELECT {inner} FROM "{measurement}" WHERE $timeFilter AND {_OPERATOR} GROUP BY "asset"'  # noqa: S608 — of ours
    return _target(f"SELECT {outer} FROM ({each})", "")  # noqa: S608 — of ours


def _panels() -> list[Panel]:
    return [
        _panel("stat", "Power now", "Sum of the panels' latest active power.",
               _total("lighting_meter", 'last("active_power") AS "value"', 'sum("value")'), unit="watt", width=6, height=4),
        _panel("stat", "Panels reporting", "Panels of which a reading is stored in the chosen time.",
               _total("lighting_meter", 'last("active_power") AS "value"', 'count("value")'), width=6, height=4),
        _panel("stat", "Lamps reporting", "Lamps of which a reading is stored in the chosen time.",
               _total("lamp", 'last("dim_level") AS "value"', 'count("value")'), width=6, height=4),
        _panel("stat", "Vehicles", "Vehicles counted at all crossings in the chosen time.",
               _total("traffic", 'spread("vehicle_count_total") AS "value"', 'sum("value")'), width=6, height=4),
        _panel("timeseries", "Active power", "Each lighting panel.", _over_time("lighting_meter", 'mean("active_power")'), unit="watt"),
        _panel("timeseries", "Voltage L1", "Each lighting panel; a supply is good within 10 % of 230 V.",
               _over_time("lighting_meter", 'mean("voltage_l1")'), unit="volt"),
        _panel("timeseries", "Power factor", "Each lighting panel; below 0.9 is worth a look.",
               _over_time("lighting_meter", 'mean("power_factor")')),
        _panel("timeseries", "Energy since the chosen time began", "Counted on by each panel's meter.",
               _over_time("lighting_meter", 'cumulative_sum(non_negative_difference(last("active_energy")))'), unit="watth"),
        _panel("timeseries", "Lamp level", "Mean over the lamps' output levels.",
               _over_time("lamp", 'mean("dim_level")', "$tag_operator", by="operator"), unit="percent"),
        _panel("timeseries", "Failed lamps", "Readings in which a lamp says that it has failed, by lamp.",
               _over_time("lamp", 'count("lamp_failure")', where='"lamp_failure" = true')),
        _panel("timeseries", "Vehicles", "Counted at each crossing in each interval.",
               _over_time("traffic", 'non_negative_difference(last("vehicle_count_total"))')),
        _panel("timeseries", "Speed", "Mean of the vehicles at each crossing.",
               _over_time("traffic", 'mean("average_speed")'), unit="velocitykmh"),
        _panel("timeseries", "Air temperature", "Each station.", _over_time("weather", 'mean("air_temperature")'), unit="celsius"),
        _panel("timeseries", "Humidity", "Each station.", _over_time("weather", 'mean("relative_humidity")'), unit="humidity"),
        _panel("table", "Panels, latest", "The latest values that are stored.",
               _latest("lighting_meter", {"active_power": "W", "voltage_l1": "V L1", "voltage_l2": "V L2", "active_energy": "Wh"})),
        _panel("table", "Lamps, latest", "The latest values that are stored.",
               _latest("lamp", {"dim_level": "level %", "power_state": "state", "lamp_failure": "failed"})),
    ]  # fmt: skip


def _placed(panels: list[Panel]) -> list[Panel]:
    """Put panels side by side until a row is full, and number them."""
    x = y = height = 0
    for number, panel in enumerate(panels, 1):
        place = panel["gridPos"]
        if x + place["w"] > _COLUMNS:
            x, y = 0, y + height
        place["x"], place["y"] = x, y
        x, height = x + place["w"], place["h"]
        panel["id"] = number
    return panels


def _variables() -> list[dict[str, Any]]:
    query = 'SHOW TAG VALUES WITH KEY = "operator"'
    return [
        {"name": "datasource", "type": "datasource", "query": "influxdb", "label": "Store"},
        {
            "name": "operator", "type": "query", "label": "Operator", "datasource": _DATASOURCE, "query": query, "definition": query,
            "includeAll": True, "allValue": ".*", "multi": False, "refresh": 2, "sort": 1, "current": {"text": "All", "value": "$__all"},
        },
    ]  # fmt: skip


def dashboard() -> dict[str, Any]:
    """Give the dashboard in Grafana's classic form."""
    return {
        "uid": "street", "id": None, "title": "Street", "tags": ["street-gateway"], "schemaVersion": 39, "version": 1, "editable": False,
        "timezone": "browser", "refresh": "10s", "time": {"from": "now-1h", "to": "now"}, "graphTooltip": 1,
        "templating": {"list": _variables()}, "annotations": {"list": []}, "links": [], "panels": _placed(_panels()),
    }  # fmt: skip


def queries(made: dict[str, Any]) -> list[str]:
    """Give every query of a dashboard, those of its variables included."""
    found = [target["query"] for panel in made["panels"] for target in panel["targets"]]
    return found + [one["query"] for one in made["templating"]["list"] if one["type"] == "query"]
