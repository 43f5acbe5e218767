"""Whole dashboards in Grafana's classic JSON form: their variables, annotations and links, and the places of their panels. Pure."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

from dashboards.panels import DATASOURCE, NO_DATA, Panel
from dashboards.queries import RANGE, chosen, tag_values

BoardLanguage = Literal["en", "it"]
LANGUAGES: tuple[BoardLanguage, ...] = ("en", "it")
Say = Callable[[str, str], str]
"""Returns the one of two texts, English and Italian, that is in a dashboard's language."""

DATASOURCE_NAME, DATASOURCE_UID = "Street", "street"
"""The data source in `provisioning/`, which is selected at first."""

_COLUMNS = 24

DashboardJson = dict[str, Any]


class Variable(NamedTuple):
    """A variable at the top of a dashboard: the tag it is named after, its label, and where its values come from.

    With `all_` everything is selected at first; without it, the first value is.
    """

    name: str
    label: str
    query: str
    all_: bool = True
    regex: str = ""


class Settings(NamedTuple):
    """What a dashboard has besides panels: variables, the measurements whose rows annotate all charts, time and refresh."""

    variables: tuple[Variable, ...] = ()
    since: str = "now-24h"
    refresh: str = "1m"


def say_in(language: BoardLanguage) -> Say:
    """Return the function that chooses the texts of a language."""
    return (lambda english, _italian: english) if language == "en" else (lambda _english, italian: italian)


def operator_variable(say: Say) -> Variable:
    """Return the variable of the operator."""
    return Variable("operator", say("Operator", "Gestore"), tag_values("operator"), regex="/^(?!centre$)/")


def area_variable(say: Say, measurement: str) -> Variable:
    """Return the variable of the area: a tag that devices have in the site file."""
    return Variable("area", say("Area", "Zona"), tag_values("area", measurement, of=chosen("operator")))


def asset_variable(say: Say, measurement: str, label: str = "", *, all_: bool = False) -> Variable:
    """Return the variable of an asset."""
    query = tag_values("asset", measurement, of=chosen("operator", "area"))
    return Variable("asset", label or say("Asset", "Apparato"), query, all_=all_)


def board_uid(name: str, language: BoardLanguage) -> str:
    """Return the id of a board in Grafana, the same in every version; both languages fit into one Grafana."""
    return f"street-{name}" if language == "en" else f"street-{name}-{language}"


def board_link(name: str, say: Say, query: str = "") -> str:
    """Return the address of another board, which shows the same time, operator and area."""
    uid = board_uid(name, "en" if say("en", "it") == "en" else "it")
    return f"/d/{uid}?${{__url_time_range}}&${{operator:queryparam}}{f'&{query}' if query else ''}"


def dashboard_json(
    name: str, title: str, panels: Sequence[Panel], settings: Settings, language: BoardLanguage, others: Sequence[tuple[str, str]] = ()
) -> DashboardJson:
    """Return a dashboard; `others` are the names and titles of the boards it links to."""
    say = say_in(language)
    return {
        "uid": board_uid(name, language),
        "id": None,
        "title": title,
        "tags": ["street-gateway", language],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "timezone": "browser",
        "refresh": settings.refresh,
        "time": {"from": settings.since, "to": "now"},
        "graphTooltip": 1,
        "templating": {"list": [_datasource(say), *map(_variable, settings.variables)]},
        "annotations": {"list": list(_annotations(say, settings))},
        "links": [_link(other, text, language) for other, text in others],
        "panels": _placed(panels, language),
    }


def queries_of(dashboard: DashboardJson) -> list[str]:
    """Return every query of a dashboard: those of its panels, its variables and its annotations."""
    found = [target["query"] for panel in dashboard["panels"] for target in panel["targets"]]
    found += [one["query"] for one in dashboard["templating"]["list"] if one["type"] == "query"]
    return found + [one["target"]["query"] for one in dashboard["annotations"]["list"]]


def _link(name: str, title: str, language: BoardLanguage) -> dict[str, Any]:
    return {
        "type": "link",
        "title": title,
        "url": f"/d/{board_uid(name, language)}",
        "keepTime": True,
        "includeVars": False,
        "icon": "dashboard",
        "targetBlank": False,
        "tags": [],
        "asDropdown": False,
        "tooltip": "",
    }


def _annotations(say: Say, settings: Settings) -> Iterator[dict[str, Any]]:
    """Yield what is marked on every chart: when the calendar switches the lamps, and alarms of the area."""
    names = [one.name for one in settings.variables if one.name in ("operator", "area")]
    if "area" not in names:
        return
    each = f'SELECT difference(max("scheduled_level")) AS "step" FROM "lighting_quarter" WHERE {RANGE} GROUP BY time(15m)'
    for title, condition, colour in (
        (say("Sunset, lamps on", "Tramonto, accensione"), '"step" >= 60', "orange"),
        (say("Sunrise, lamps off", "Alba, spegnimento"), '"step" <= -60', "yellow"),
    ):
        yield _annotation(title, f'SELECT "step" FROM ({each}) WHERE {condition}', colour, shown=True)
    text = say("text", "text_it")
    alarms = f'SELECT "{text}" AS "text", "asset" FROM "event" WHERE {RANGE} AND {chosen(*names)} AND "active" = true LIMIT 200'
    yield _annotation(say("Alarms of devices", "Allarmi degli apparati"), alarms, "red", shown=False)


def _annotation(title: str, query: str, colour: str, *, shown: bool) -> dict[str, Any]:
    return {
        "name": title,
        "datasource": DATASOURCE,
        "enable": shown,
        "hide": False,
        "iconColor": colour,
        "target": {
            "datasource": DATASOURCE,
            "query": query,
            "rawQuery": True,
            "resultFormat": "table",
            "refId": "Anno",
            "textColumn": "text",
            "tagsColumn": "asset",
            "fromAnnotations": True,
        },
        "mappings": {"time": {"source": "field", "value": "Time"}, "text": {"source": "field", "value": "text"}},
    }


def _datasource(say: Say) -> dict[str, Any]:
    return {
        "name": "datasource",
        "type": "datasource",
        "query": "influxdb",
        "label": say("Store", "Archivio"),
        "refresh": 1,
        "multi": False,
        "includeAll": False,
        "current": {"text": DATASOURCE_NAME, "value": DATASOURCE_UID},
    }


def _variable(one: Variable) -> dict[str, Any]:
    all_ = {"includeAll": True, "allValue": ".*", "current": {"text": "All", "value": "$__all"}}
    return {
        "name": one.name,
        "type": "query",
        "label": one.label,
        "datasource": DATASOURCE,
        "query": one.query,
        "definition": one.query,
        "regex": one.regex,
        "multi": False,
        "refresh": 2,
        "sort": 1,
        "includeAll": False,
        "current": {"text": "", "value": ""},
    } | (all_ if one.all_ else {})


def _placed(panels: Sequence[Panel], language: BoardLanguage) -> list[Panel]:
    """Return the panels numbered and side by side, in rows; a panel that has no words for missing data gets the usual ones."""
    placed = []
    x = y = height = 0
    for panel_id, panel in enumerate(panels, 1):
        place = panel["gridPos"]
        if x + place["w"] > _COLUMNS:
            x, y, height = 0, y + height, 0
        config = panel["fieldConfig"]
        defaults = config["defaults"] | {"noValue": config["defaults"].get("noValue") or NO_DATA[language]}
        placed.append(panel | {"id": panel_id, "gridPos": place | {"x": x, "y": y}, "fieldConfig": config | {"defaults": defaults}})
        x, height = x + place["w"], max(height, place["h"])
    return placed
