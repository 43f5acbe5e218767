"""Where records of DATEX II are: by coordinates alone. What tables of places, or other numberings of roads, say is named and not read."""

import math
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from gateway.situation.imports.drafts import ImportDraft
from gateway.situation.imports.xml_reading import text_at

_POSITIONS = ("latitude", "longitude")
_WGS84 = (None, "", "wgs84", "epsg:4326", "urn:ogc:def:crs:epsg::4326", "4326")
_OTHERS = (
    "alertCPoint", "alertCLinear", "alertCArea", "tpegPointLocation", "tpegLinearLocation", "tpeglinearLocation", "tpegAreaLocation",
    "pointAlongLinearElement", "linearWithinLinearElement", "openlrLinear", "openlrExtendedLinear", "openlrExtendedPoint",
    "openlrPointLocationReference", "namedArea",
)  # fmt: skip

_Position = tuple[float, float]


def read_places(draft: ImportDraft, record: Element) -> None:
    """Set the geometry of a draft to that of a record: lines before areas before points."""
    lines = [line for line in _lines(draft, record) if len(line) > 1]
    areas = list(_areas(draft, record))
    points = [point for one in record.iter("pointByCoordinates") if (point := _point(draft, one.find("pointCoordinates"))) is not None]
    if lines:
        draft.geometry = _geometry("LineString", "MultiLineString", lines)
    elif areas:
        draft.geometry = _geometry("Polygon", "MultiPolygon", areas)
    elif points:
        draft.geometry = _geometry("Point", "MultiPoint", points)
    else:
        _for_display(draft, record)
    for name in _OTHERS:
        if next(record.iter(name), None) is not None:
            draft.deviate(f"the place by {name} is not read", f"il luogo secondo {name} non viene letto")


def _geometry(one: str, several: str, parts: list[Any]) -> dict[str, Any]:
    return {"type": one, "coordinates": parts[0]} if len(parts) == 1 else {"type": several, "coordinates": parts}


def _for_display(draft: ImportDraft, record: Element) -> None:
    for name in ("coordinatesForDisplay", "locationForDisplay"):
        for element in record.iter(name):
            point = _point(draft, element)
            if point is not None:
                draft.geometry = {"type": "Point", "coordinates": point}
                draft.deviate("the place is the point at which it is shown on maps", "il luogo è il punto mostrato sulle mappe")
                return


def _lines(draft: ImportDraft, record: Element) -> Iterator[list[_Position]]:
    for element in record.iter("gmlLineString"):
        if (positions := _positions(draft, element)) is not None:
            yield positions
    for element in record.iter("linearByCoordinates"):
        middle = sorted(element.iterfind("intermediate"), key=_index)
        parts = [element.find("start"), *(one.find("pointCoordinates") for one in middle), element.find("end")]
        yield [point for part in parts if (point := _point(draft, part)) is not None]


def _areas(draft: ImportDraft, record: Element) -> Iterator[list[list[_Position]]]:
    for polygon in record.iter("gmlPolygon"):
        rings = [_positions(draft, one) for one in (*polygon.iterfind("exterior"), *polygon.iterfind("interior"))]
        if rings and None not in rings:
            yield [ring for ring in rings if ring is not None]


def _positions(draft: ImportDraft, element: Element) -> list[_Position] | None:
    """Return the positions of a list, latitude first; None if it is of another system, or none."""
    if (element.get("srsName") or "").lower().replace(" ", "") not in _WGS84 or element.get("srsDimension", "2") != "2":
        draft.deviate(
            "positions of another reference system are not read", "posizioni in un altro sistema di riferimento non vengono lette"
        )
        return None
    numbers = [_number(one) for one in (text_at(element, "posList") or "").split()]
    pairs = [_place(lat, lon) for lat, lon in zip(numbers[::2], numbers[1::2], strict=False)]
    if len(numbers) % 2 or not pairs or None in pairs:
        draft.deviate("a list of positions that are no degrees of WGS 84", "un elenco di posizioni che non sono gradi WGS 84")
        return None
    return [pair for pair in pairs if pair is not None]


def _point(draft: ImportDraft, element: Element | None) -> _Position | None:
    if element is None:
        return None
    lat, lon = (_number(text_at(element, name) or "") for name in _POSITIONS)
    found = _place(lat, lon)
    if found is None:
        draft.deviate("a position that is no degrees of WGS 84", "una posizione che non è in gradi WGS 84")
    return found


def _place(lat: float | None, lon: float | None) -> _Position | None:
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return None
    return lon, lat


def _number(text: str) -> float | None:
    try:
        found = float(text)
    except ValueError:
        return None
    return found if math.isfinite(found) else None


def _index(element: Element) -> int:
    text = element.get("index", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 0
