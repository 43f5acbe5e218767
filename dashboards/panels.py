"""Panels and dashboards in Grafana's classic JSON form. Pure."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from dashboards.queries import OPERATORS

DATASOURCE_NAME, DATASOURCE_UID = "Street", "street"
"""The data source in `provisioning/`, which is selected at first."""

_DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}
_COLUMNS = 24
_GAP_MS = 300_000
"""Curves are drawn across gaps of up to five minutes."""

Panel = dict[str, Any]
DashboardJson = dict[str, Any]


class Colours(NamedTuple):
    """The colours of a number: without data, and from each value on. Without a choice, Grafana turns a number red at 80."""

    without_data: str = "text"
    steps: tuple[tuple[float, str], ...] = ()


NEUTRAL = Colours()
RED_FROM_ONE = Colours(steps=((0, "green"), (1, "red")))
"""For what should be zero; without data nobody knows."""

RED_WITHOUT_ANY = Colours("red", ((1, "text"),))
"""For what should report."""


def number(title: str, description: str, query: str, *, unit: str = "none", colours: Colours = NEUTRAL, none: str = "no data") -> Panel:
    """Return a panel that shows one number, or `none` if there is no data."""
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "textMode": "auto"}
    defaults = {"unit": unit, "custom": {}, "noValue": none, "thresholds": _thresholds(colours)}
    return _panel("stat", title, description, _target(query), options, defaults, size=(6, 4))


def curves(title: str, description: str, query: str, *, unit: str = "none", by: str = "asset") -> Panel:
    """Return a panel of curves over time, each named after its tag `by`."""
    options = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    custom = {"spanNulls": _GAP_MS, "lineWidth": 1, "fillOpacity": 0}
    return _panel(
        "timeseries", title, description, _target(query, alias=f"$tag_{by}"), options, {"unit": unit, "custom": custom}, size=(12, 8)
    )


def days(title: str, description: str, query: str, *, unit: str = "none", by: str = "asset") -> Panel:
    """Return a panel of the last month's days as bars, whatever time range is selected."""
    panel = curves(title, description, query, unit=unit, by=by)
    panel["fieldConfig"]["defaults"]["custom"] = {"drawStyle": "bars", "fillOpacity": 60, "lineWidth": 0, "stacking": {"mode": "normal"}}
    return panel | {"timeFrom": "31d"}


def table(title: str, description: str, query: str) -> Panel:
    """Return a panel that shows rows."""
    target = _target(query, form="table")
    return _panel("table", title, description, target, {"showHeader": True}, {"unit": "none", "custom": {}}, size=(12, 8))


def dashboard_json(uid: str, title: str, panels: Sequence[Panel]) -> DashboardJson:
    """Return a dashboard."""
    return {
        "uid": uid, "id": None, "title": title, "tags": ["street-gateway"], "schemaVersion": 39, "version": 1, "editable": False,
        "timezone": "browser", "refresh": "10s", "time": {"from": "now-1h", "to": "now"}, "graphTooltip": 1,
        "templating": {"list": _variables()}, "annotations": {"list": []}, "links": [], "panels": _placed(panels),
    }  # fmt: skip


def queries_of(dashboard: DashboardJson) -> list[str]:
    """Return every query of a dashboard, those of its variables included."""
    found = [target["query"] for panel in dashboard["panels"] for target in panel["targets"]]
    return found + [one["query"] for one in dashboard["templating"]["list"] if one["type"] == "query"]


def _thresholds(colours: Colours) -> dict[str, Any]:
    """Return thresholds. Grafana shows a number without data in the colour of the first step."""
    steps: list[dict[str, Any]] = [{"color": colours.without_data, "value": None}]
    return {"mode": "absolute", "steps": steps + [{"color": colour, "value": value} for value, colour in colours.steps]}


def _target(query: str, *, alias: str = "", form: str = "time_series") -> dict[str, Any]:
    return {"datasource": _DATASOURCE, "query": query, "rawQuery": True, "resultFormat": form, "alias": alias, "refId": "A"}


def _panel(
    kind: str,
    title: str,
    description: str,
    target: dict[str, Any],
    options: dict[str, Any],
    defaults: dict[str, Any],
    *,
    size: tuple[int, int],
) -> Panel:
    width, height = size
    return {
        "type": kind, "title": title, "description": description, "datasource": _DATASOURCE, "targets": [target],
        "fieldConfig": {"defaults": {"noValue": "no data", "thresholds": _thresholds(NEUTRAL)} | defaults, "overrides": []},
        "options": options,
        "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
    }  # fmt: skip


def _placed(panels: Sequence[Panel]) -> list[Panel]:
    """Return the panels numbered and side by side, in rows."""
    placed = []
    x = y = height = 0
    for panel_id, panel in enumerate(panels, 1):
        place = panel["gridPos"]
        if x + place["w"] > _COLUMNS:
            x, y = 0, y + height
        placed.append(panel | {"id": panel_id, "gridPos": place | {"x": x, "y": y}})
        x, height = x + place["w"], place["h"]
    return placed


def _variables() -> list[dict[str, Any]]:
    return [
        {
            "name": "datasource", "type": "datasource", "query": "influxdb", "label": "Store", "refresh": 1, "multi": False,
            "includeAll": False, "current": {"text": DATASOURCE_NAME, "value": DATASOURCE_UID},
        },
        {
            "name": "operator", "type": "query", "label": "Operator", "datasource": _DATASOURCE, "query": OPERATORS,
            "definition": OPERATORS, "regex": "/^(?!centre$)/", "includeAll": True, "allValue": ".*", "multi": False, "refresh": 2,
            "sort": 1,
            "current": {"text": "All", "value": "$__all"},
        },
    ]  # fmt: skip
