"""Panels and dashboards in Grafana's classic JSON form. Pure."""

from collections.abc import Sequence
from typing import Any

from dashboards.queries import OPERATORS

_DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}
_COLUMNS = 24
_GAP_MS = 300_000
"""Curves are drawn across gaps of up to five minutes."""

Panel = dict[str, Any]
DashboardJson = dict[str, Any]


def number(title: str, description: str, query: str, *, unit: str = "none", red_from: float | None = None) -> Panel:
    """Return a panel that shows one number; from `red_from` on it is red."""
    options = {"reduceOptions": {"calcs": ["lastNotNull"]}, "colorMode": "value", "textMode": "auto"}
    defaults: dict[str, Any] = {}
    if red_from is not None:
        steps = [{"color": "green", "value": None}, {"color": "red", "value": red_from}]
        defaults["thresholds"] = {"mode": "absolute", "steps": steps}
    return _panel("stat", title, description, _target(query), options, {"unit": unit, "custom": {}} | defaults, size=(6, 4))


def curves(title: str, description: str, query: str, *, unit: str = "none", by: str = "asset") -> Panel:
    """Return a panel of curves over time, each named after its tag `by`."""
    options = {"legend": {"displayMode": "list", "placement": "bottom"}, "tooltip": {"mode": "multi"}}
    custom = {"spanNulls": _GAP_MS, "lineWidth": 1, "fillOpacity": 0}
    return _panel(
        "timeseries", title, description, _target(query, alias=f"$tag_{by}"), options, {"unit": unit, "custom": custom}, size=(12, 8)
    )


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
        "fieldConfig": {"defaults": {"noValue": "no data"} | defaults, "overrides": []}, "options": options,
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
        {"name": "datasource", "type": "datasource", "query": "influxdb", "label": "Store"},
        {
            "name": "operator", "type": "query", "label": "Operator", "datasource": _DATASOURCE, "query": OPERATORS,
            "definition": OPERATORS, "regex": "/^(?!centre$)/", "includeAll": True, "allValue": ".*", "multi": False, "refresh": 2,
            "sort": 1,
            "current": {"text": "All", "value": "$__all"},
        },
    ]  # fmt: skip
