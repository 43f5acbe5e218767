"""What Grafana makes of a dashboard: colours by thresholds, and queries with their variables and macros put in."""

import re
from typing import Any, NamedTuple

from dashboards.documents import DashboardJson
from dashboards.panels import Panel

_SPANS_S = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400, "M": 30 * 86_400, "y": 365 * 86_400}
_POINTS_MOST = 1500
"""About the pixels of a panel as wide as a screen: by default Grafana asks for no more points (`maxDataPoints`)."""


def colour_of(panel: Panel, value: float | None) -> str:
    """Return the colour of a value by the panel's thresholds. Without data it is that of the base, as below every step."""
    thresholds = panel["fieldConfig"]["defaults"]["thresholds"]
    assert thresholds["mode"] == "absolute"
    base, *steps = thresholds["steps"]
    assert base["value"] is None
    passed = [step["color"] for step in steps if value is not None and value >= step["value"]]
    return str(passed[-1] if passed else base["color"])


def span_s(text: str) -> int:
    """Return the seconds of a span as Grafana writes it, such as 5m."""
    number, unit = re.fullmatch(r"(\d+)([smhdwMy])", text).groups()  # type: ignore[union-attr]  # fails loudly
    return int(number) * _SPANS_S[unit]


class Asked(NamedTuple):
    """One query of a dashboard as the store receives it: the panel it belongs to, or the variable or annotation."""

    panel: str
    kind: str
    statement: str


def asked_of(dashboard: DashboardJson, to_ms: int, chosen: dict[str, str], since: str = "") -> list[Asked]:
    """Return every query of a dashboard at a time; `chosen` are values of variables. `since` replaces the dashboard's own time, such as 7d."""
    spans = since or dashboard["time"]["from"].removeprefix("now-")
    values = {one["name"]: chosen.get(one["name"], one.get("allValue", "")) for one in dashboard["templating"]["list"]}
    made = [
        Asked(f"variable {one['name']}", "variable", put_in(one["query"], values, to_ms, span_s(spans), ""))
        for one in dashboard["templating"]["list"]
        if one["type"] == "query"
    ]
    for one in dashboard["annotations"]["list"]:
        made.append(Asked(one["name"], "annotation", put_in(one["target"]["query"], values, to_ms, span_s(spans), "")))
    for panel in dashboard["panels"]:
        span = span_s(panel.get("timeFrom", spans))
        end_ms = to_ms - 1000 * span_s(panel["timeShift"]) if "timeShift" in panel else to_ms
        made += [
            Asked(panel["title"], panel["type"], put_in(target["query"], values, end_ms, span, panel.get("interval", "")))
            for target in panel["targets"]
        ]
    return made


def put_in(query: str, values: dict[str, str], to_ms: int, span: int, least: str) -> str:
    """Return a query with the variables and macros that Grafana replaces."""
    interval = max(span // _POINTS_MOST, span_s(least) if least else 1, 1)
    text = query.replace("$timeFilter", f"time >= {to_ms - 1000 * span}ms and time <= {to_ms}ms")
    text = text.replace("$__interval", f"{interval}s").replace("${__to}", str(to_ms))

    def value(match: re.Match[str]) -> str:
        found = values[match[1]]
        return found if found == ".*" else re.escape(found)

    text = re.sub(r"\$\{(\w+):regex\}", value, text)
    assert "$" not in text.replace("$/", ""), text
    return text


def series_rows(series: list[dict[str, Any]]) -> int:
    """Return the rows that have a value besides their time."""
    return sum(any(value is not None for value in row[1:]) for one in series for row in one["values"])
