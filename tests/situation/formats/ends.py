"""When a situation ends, as the documents of each format say it."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from gateway.situation.times.instants import begin_ms, end_ms


def _ms(text: str) -> int:
    return round(1000 * datetime.fromisoformat(text).timestamp())


def _in_xml(tag: str) -> Callable[[bytes, ZoneInfo], set[int]]:
    return lambda content, _zone: {_ms(text) for text in re.findall(rf"<(?:\w+:)?{tag}>([^<]+)</", content.decode())}


def _geojson(content: bytes, zone: ZoneInfo) -> set[int]:
    return {end_ms(one["properties"]["timing"]["planned_end"], zone) for one in json.loads(content)["features"]}


def _icalendar(content: bytes, zone: ZoneInfo) -> set[int]:
    days = re.findall(r"^DTEND;VALUE=DATE:([0-9]{8})\r$", content.decode(), re.MULTILINE)
    instants = re.findall(r"^DTEND:([0-9TZ]+)\r$", content.decode(), re.MULTILINE)
    return {begin_ms(date.fromisoformat(one).isoformat(), zone) for one in days} | {_ms(one) for one in instants}


def _wzdx(content: bytes, _zone: ZoneInfo) -> set[int]:
    return {_ms(one["properties"]["end_date"]) for one in json.loads(content)["features"]}


END_OF: dict[str, Callable[[bytes, ZoneInfo], set[int]]] = {
    "geojson": _geojson,
    "icalendar": _icalendar,
    "cap": _in_xml("expires"),
    "wzdx": _wzdx,
    "cifs": _in_xml("endtime"),
    "datex-it": _in_xml("overallEndTime"),
    "datex3": _in_xml("overallEndTime"),
    "siri-it": _in_xml("EndTime"),
    "ngsi-v2": lambda content, _zone: {_ms(one["endDate"]["value"]) for one in json.loads(content)["entities"]},
    "ngsi-ld": lambda content, _zone: {_ms(one["endDate"]["value"]["@value"]) for one in json.loads(content)},
}
