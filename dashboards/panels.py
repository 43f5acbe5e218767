"""Panels in Grafana's classic JSON form. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

DATASOURCE = {"type": "influxdb", "uid": "${datasource}"}

Panel = dict[str, Any]
Override = dict[str, Any]

GREY, GREEN, YELLOW, ORANGE, RED, BLUE = "#8e8e8e", "green", "yellow", "orange", "red", "blue"
NONE = "transparent"
NO_DATA = {"en": "no data", "it": "nessun dato"}


_NARROWEST = 50
"""Pixels of the narrowest column of a table; by default Grafana makes none narrower than 150, and hides those that do not fit."""

_ROWS_A_PAGE = 20
"""Rows of a timeline that are shown at once: with more, their names overlap. Grafana before 11.2 shows all."""

_NO_VALUE = "-"
"""In a cell without a value. Otherwise Grafana writes there what it says of an empty table, such as that no lamp has a fault."""

_AFTER_ITS_TIME = 1
"""A bar covers the interval that begins at its time; by default, its time is in its middle."""

_WIDE = 20
"""From this width on, in 24ths of a dashboard, the columns of a table have filters."""


class Colours(NamedTuple):
    """The colours of a value: without data, and from each value on. Without a choice, Grafana turns a number red at 80."""

    without_data: str = "text"
    steps: tuple[tuple[float, str], ...] = ()


NEUTRAL = Colours()
BAD_FROM_ONE = Colours(GREY, ((0, GREEN), (1, RED)))
"""For what should be zero; without data nobody knows."""

GOOD_FROM = 99.5
SHARES = Colours(GREY, ((0, RED), (95, ORANGE), (GOOD_FROM, GREEN)))
"""For percentages of completeness."""


class Column(NamedTuple):
    """A column of a table: its name in the query, its title, its unit, its colours, and where a click on it leads."""

    name: str
    title: str
    unit: str = ""
    colours: Colours | None = None
    link: str = ""
    decimals: int | None = None
    states: Mapping[str, tuple[str, str]] | None = None
    """Texts and colours instead of values, such as "true"."""
    width: int | None = None
    """Pixels, where its texts are longer than its share of the table."""


def number(
    title: str,
    description: str,
    query: str,
    *,
    unit: str = "none",
    colours: Colours = NEUTRAL,
    none: str = "",
    newest: str = "",
    as_of: str = "",
    decimals: int | None = None,
    width: int = 4,
    link: str = "",
) -> Panel:
    """Return a panel that shows one number, or `none` if there is no data.

    With `newest`, the time of the newest reading behind the number is written above it, in the format `as_of`. It is text, as Grafana
    writes all values of a panel equally large, but their names small.
    """
    targets = [_target(query, form="table")]
    steps = [_without("A", {"Time": True})]
    if newest:
        targets.append(_target(newest, form="table", ref="B"))
        text = {"targetField": "Time", "destinationType": "string", "dateFormat": as_of}
        steps += [
            _without("B", {"newest": True}),
            {"id": "concatenate", "options": {"frameNameMode": "drop"}},
            {"id": "convertFieldType", "options": {"fields": {}, "conversions": [text]}},
        ]
    options = {
        "reduceOptions": {"values": True, "limit": 1, "calcs": [], "fields": ""},
        "colorMode": "value",
        "textMode": "value_and_name" if newest else "value",
        "graphMode": "none",
        "showPercentChange": False,
        "percentChangeColorMode": "standard",
        "justifyMode": "center",
        "orientation": "horizontal",
        "wideLayout": False,
    }
    defaults: dict[str, Any] = {"unit": unit, "noValue": none, "thresholds": thresholds(colours)}
    if decimals is not None:
        defaults["decimals"] = decimals
    if link:
        defaults["links"] = [{"title": title, "url": link}]
    panel = _panel("stat", title, description, targets, options, defaults, size=(width, 4))
    return panel | {"transformations": steps}


def curves(
    title: str,
    description: str,
    query: str | Mapping[str, str],
    *,
    alias: str = "$tag_asset",
    unit: str = "none",
    colours: Colours | None = None,
    every: str = "5m",
    width: int = 12,
    height: int = 8,
    least: float | None = None,
    most: float | None = None,
    steps: bool = False,
    bars: bool = False,
    stacked: bool = False,
    period: str = "",
) -> Panel:
    """Return a panel of curves over time, each named after its tags; several queries are given by the names of their curves.

    A gap stays a gap: nothing is drawn where nothing was read. `colours` are drawn as lines at their values. A `period`, such as 31d, is
    shown whatever time is selected.
    """
    queries = {alias: query} if isinstance(query, str) else query
    targets = [_target(text, alias=name, ref=chr(65 + at)) for at, (name, text) in enumerate(queries.items())]
    custom: dict[str, Any] = {
        "spanNulls": False,
        "lineWidth": 1,
        "fillOpacity": 0,
        "showPoints": "auto",
        "pointSize": 4,
        "lineInterpolation": "stepAfter" if steps else "linear",
    }
    if bars:
        custom |= {"drawStyle": "bars", "fillOpacity": 70, "lineWidth": 0, "barAlignment": _AFTER_ITS_TIME}
    if stacked:
        custom["stacking"] = {"mode": "normal"}
    defaults: dict[str, Any] = {"unit": unit, "custom": custom}
    if colours is not None:
        custom["thresholdsStyle"] = {"mode": "dashed"}
        defaults["thresholds"] = thresholds(colours)
    if least is not None:
        defaults["min"] = least
    if most is not None:
        defaults["max"] = most
    options = {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    panel = _panel("timeseries", title, description, targets, options, defaults, size=(width, height)) | {"interval": every}
    return panel | {"timeFrom": period} if period else panel


def timeline(
    title: str,
    description: str,
    query: str,
    states: Mapping[str, tuple[str, str]],
    *,
    alias: str = "$tag_asset",
    every: str = "15m",
    width: int = 24,
    height: int = 8,
    paged: bool = True,
) -> Panel:
    """Return a panel of states over time: a row for each series, in the colours of its states; nothing is drawn without data.

    With `paged`, many rows are shown some at a time; a few need no pages.
    """
    options: dict[str, Any] = {
        "showValue": "never",
        "rowHeight": 0.85,
        "mergeValues": True,
        "alignValue": "left",
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    if paged:
        options["perPage"] = _ROWS_A_PAGE
    defaults = {"custom": {"fillOpacity": 80, "lineWidth": 0, "spanNulls": False}, "mappings": mappings(states)}
    targets = [_target(query, alias=alias)]
    return _panel("state-timeline", title, description, targets, options, defaults, size=(width, height)) | {"interval": every}


def heat(
    title: str,
    description: str,
    query: str,
    colours: Colours,
    *,
    alias: str = "$tag_asset",
    unit: str = "percent",
    every: str = "1h",
    height: int = 12,
    period: str = "",
) -> Panel:
    """Return a panel with a row for each series and a coloured cell for each interval."""
    options = {
        "showValue": "never",
        "rowHeight": 0.9,
        "colWidth": 0.95,
        "perPage": _ROWS_A_PAGE,
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "single", "sort": "none"},
    }
    defaults = {
        "unit": unit,
        "custom": {"fillOpacity": 85, "lineWidth": 0},
        "thresholds": thresholds(colours),
        "color": {"mode": "thresholds"},
    }
    targets = [_target(query, alias=alias)]
    panel = _panel("status-history", title, description, targets, options, defaults, size=(24, height)) | {"interval": every}
    return panel | {"timeFrom": period} if period else panel


def table(
    title: str,
    description: str,
    query: str,
    columns: Sequence[Column],
    *,
    age: str = "",
    none: str = "",
    by: str = "",
    descending: bool = True,
    hidden: Sequence[str] = (),
    width: int = 12,
    height: int = 8,
) -> Panel:
    """Return a panel that shows rows, ordered by a column. With `age`, the second column is how old the row is; else its time is hidden.

    `hidden` are columns of the query that are not shown. All columns fit into the panel; only wide tables have room for filters.
    """
    overrides = [_of_column(one) for one in columns]
    if age:
        overrides.insert(0, _override("Time", {"displayName": age, "unit": "dateTimeFromNow", "custom.width": 140}))
    order_by = [{"displayName": by, "desc": descending}] if by else []
    options = {"showHeader": True, "cellHeight": "sm", "frameIndex": 0, "sortBy": order_by}
    first, *others = (one.name for one in columns)
    order = {name: at for at, name in enumerate((first, "Time", *others))}
    excluded = dict.fromkeys(hidden if age else ("Time", *hidden), True)
    steps = [{"id": "organize", "options": {"excludeByName": excluded, "indexByName": order, "renameByName": {}}}]
    defaults = {"noValue": none, "custom": {"align": "auto", "minWidth": _NARROWEST, "filterable": width >= _WIDE, "inspect": False}}
    targets = [_target(query, form="table")]
    panel = _panel("table", title, description, targets, options, defaults, size=(width, height), overrides=overrides)
    return panel | {"transformations": steps}


def thresholds(colours: Colours) -> dict[str, Any]:
    """Return thresholds. Grafana shows a number without data in the colour of the first step."""
    steps: list[dict[str, Any]] = [{"color": colours.without_data, "value": None}]
    return {"mode": "absolute", "steps": steps + [{"color": colour, "value": value} for value, colour in colours.steps]}


def mappings(states: Mapping[str, tuple[str, str]]) -> list[dict[str, Any]]:
    """Return mappings of values to texts and colours."""
    found = {value: {"text": text, "color": colour, "index": at} for at, (value, (text, colour)) in enumerate(states.items())}
    return [{"type": "value", "options": found}]


def _of_column(column: Column) -> Override:
    properties: dict[str, Any] = {"displayName": column.title, "noValue": _NO_VALUE}
    if column.unit:
        properties["unit"] = column.unit
    if column.decimals is not None:
        properties["decimals"] = column.decimals
    if column.width is not None:
        properties["custom.width"] = column.width
    if column.colours is not None:
        properties |= {
            "thresholds": thresholds(_of_cells(column.colours)),
            "custom.cellOptions": {"type": "color-background", "mode": "basic"},
        }
    if column.states is not None:
        properties |= {
            "mappings": mappings(column.states),
            "thresholds": thresholds(Colours(NONE)),
            "custom.cellOptions": {"type": "color-background", "mode": "basic"},
        }
    if column.link:
        properties["links"] = [{"title": column.title, "url": column.link}]
    return _override(column.name, properties)


def _of_cells(colours: Colours) -> Colours:
    """Return the colours of cells: only what needs attention has a background."""
    return Colours(_background(colours.without_data), tuple((value, _background(colour)) for value, colour in colours.steps))


def _background(colour: str) -> str:
    return NONE if colour == "text" or colour.endswith(GREEN) else colour


def _override(name: str, properties: Mapping[str, Any]) -> Override:
    return {"matcher": {"id": "byName", "options": name}, "properties": [{"id": key, "value": value} for key, value in properties.items()]}


def _without(ref: str, hidden: Mapping[str, bool]) -> dict[str, Any]:
    return {"id": "organize", "filter": {"id": "byRefId", "options": ref}, "options": {"excludeByName": hidden}}


def _target(query: str, *, alias: str = "", form: str = "time_series", ref: str = "A") -> dict[str, Any]:
    return {"datasource": DATASOURCE, "query": query, "rawQuery": True, "resultFormat": form, "alias": alias, "refId": ref}


def _panel(
    kind: str,
    title: str,
    description: str,
    targets: list[dict[str, Any]],
    options: dict[str, Any],
    defaults: dict[str, Any],
    *,
    size: tuple[int, int],
    overrides: Sequence[Override] = (),
) -> Panel:
    width, height = size
    return {
        "type": kind,
        "title": title,
        "description": description,
        "datasource": DATASOURCE,
        "targets": targets,
        "fieldConfig": {"defaults": {"thresholds": thresholds(NEUTRAL)} | defaults, "overrides": list(overrides)},
        "options": options,
        "gridPos": {"w": width, "h": height, "x": 0, "y": 0},
    }
