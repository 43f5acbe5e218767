"""What dashboards are made of: panels, their queries, and their places. InfluxQL, which InfluxDB 1.x, 2.x and 3.x speak."""

from typing import Any

_DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}
_COLUMNS = 24

CHOSEN = '"operator" =~ /^$operator$/'
CENTRE = "\"operator\" = 'centre'"
"""Whose: the operator's that is chosen above, or the centre's own."""

Panel = dict[str, Any]
Target = dict[str, Any]


def asked(query: str, alias: str = "", *, table: bool = False) -> Target:
    """Give a query as a panel takes it."""
    form = "table" if table else "time_series"
    return {"datasource": _DATASOURCE, "query": query, "rawQuery": True, "resultFormat": form, "alias": alias, "refId": "A"}


def over_time(
    measurement: str, value: str, alias: str = "$tag_asset", *, where: str = "", by: str = "asset", whose: str = CHOSEN
) -> Target:
    """Ask for a value over time, a curve for each `by`."""
    condition = f"$timeFilter AND {whose}" + (f" AND {where}" if where else "")
    query = f'SELECT {value} FROM "{measurement}" WHERE {condition} GROUP BY time($__interval), "{by}" fill(none)'  # noqa: S608 — of ours
    return asked(query, alias)


def latest(measurement: str, fields: dict[str, str], *, where: str = "", whose: str = CHOSEN) -> Target:
    """Ask for the latest values of every asset, a column for each field."""
    values = ", ".join(f'last("{field}") AS "{name}"' for field, name in fields.items())
    condition = f"$timeFilter AND {whose}" + (f" AND {where}" if where else "")
    return asked(f'SELECT {values} FROM "{measurement}" WHERE {condition} GROUP BY "asset"', table=True)  # noqa: S608 — of ours


def total(measurement: str, inner: str, outer: str, *, where: str = "", whose: str = CHOSEN) -> Target:
    """Take one value an asset, and make one number of them."""
    condition = f"$timeFilter AND {whose}" + (f" AND {where}" if where else "")
    each = f'SELECT {inner} FROM "{measurement}" WHERE {condition} GROUP BY "asset"'  # noqa: S608 — of ours
    return asked(f"SELECT {outer} FROM ({each})")  # noqa: S608 — of ours


def panel(
    kind: str,
    title: str,
    description: str,
    target: Target,
    *,
    unit: str = "none",
    width: int = 12,
    height: int = 8,
    red: float | None = None,
) -> Panel:
    """Give a panel; from `red` on its number is red."""
    options: dict[str, Any] = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    if kind == "stat":
        options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "textMode": "auto"}
    if kind == "table":
        options = {"showHeader": True}
    custom = {"spanNulls": 300_000, "lineWidth": 1, "fillOpacity": 0} if kind == "timeseries" else {}
    defaults: dict[str, Any] = {"unit": unit, "custom": custom, "noValue": "no data"}
    if red is not None:
        defaults["thresholds"] = {"mode": "absolute", "steps": [{"color": "green", "value": None}, {"color": "red", "value": red}]}
    return {
        "type": kind, "title": title, "description": description, "datasource": _DATASOURCE, "targets": [target],
        "fieldConfig": {"defaults": defaults, "overrides": []}, "options": options, "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
    }  # fmt: skip


def dashboard(uid: str, title: str, panels: list[Panel]) -> dict[str, Any]:
    """Give a dashboard in Grafana's classic form."""
    return {
        "uid": uid, "id": None, "title": title, "tags": ["street-gateway"], "schemaVersion": 39, "version": 1, "editable": False,
        "timezone": "browser", "refresh": "10s", "time": {"from": "now-1h", "to": "now"}, "graphTooltip": 1,
        "templating": {"list": _variables()}, "annotations": {"list": []}, "links": [], "panels": _placed(panels),
    }  # fmt: skip


def queries(made: dict[str, Any]) -> list[str]:
    """Give every query of a dashboard, those of its variables included."""
    found = [target["query"] for one in made["panels"] for target in one["targets"]]
    return found + [one["query"] for one in made["templating"]["list"] if one["type"] == "query"]


def _placed(panels: list[Panel]) -> list[Panel]:
    """Put panels side by side until a row is full, and number them."""
    x = y = height = 0
    for number, one in enumerate(panels, 1):
        place = one["gridPos"]
        if x + place["w"] > _COLUMNS:
            x, y = 0, y + height
        place["x"], place["y"] = x, y
        x, height = x + place["w"], place["h"]
        one["id"] = number
    return panels


def _variables() -> list[dict[str, Any]]:
    query = 'SHOW TAG VALUES WITH KEY = "operator"'
    return [
        {"name": "datasource", "type": "datasource", "query": "influxdb", "label": "Store"},
        {
            "name": "operator", "type": "query", "label": "Operator", "datasource": _DATASOURCE, "query": query, "definition": query,
            "regex": "/^(?!centre$)/", "includeAll": True, "allValue": ".*", "multi": False, "refresh": 2, "sort": 1,
            "current": {"text": "All", "value": "$__all"},
        },
    ]  # fmt: skip
