"""Where records of DATEX II are."""

from typing import Any

import pytest

from gateway.situation.imports.datex_places import read_places
from gateway.situation.imports.drafts import ImportDraft
from gateway.situation.imports.xml_reading import read_xml


def place(inner: str) -> tuple[dict[str, Any] | None, list[str]]:
    draft = ImportDraft("fonte-1")
    read_places(draft, read_xml(f"<r>{inner}</r>".encode()))
    return draft.geometry, [one.en for one in draft.refuse().deviations]


def point(lat: object, lon: object, tag: str = "pointCoordinates") -> str:
    return f"<{tag}><latitude>{lat}</latitude><longitude>{lon}</longitude></{tag}>"


def line(text: str, attributes: str = "") -> str:
    return f"<gmlLineString {attributes}><posList>{text}</posList></gmlLineString>"


@pytest.mark.parametrize(
    ("inner", "geometry"),
    [
        (f"<pointByCoordinates>{point(43.9, 11.1)}</pointByCoordinates>", {"type": "Point", "coordinates": (11.1, 43.9)}),
        (f"<pointByCoordinates>{point(1, 2)}</pointByCoordinates>" * 2, {"type": "MultiPoint", "coordinates": [(2.0, 1.0), (2.0, 1.0)]}),
        (line("43 11 43.1 11.1", 'srsName="WGS 84"'), {"type": "LineString", "coordinates": [(11.0, 43.0), (11.1, 43.1)]}),
        (line("43 11 43.1 11.1") * 2, {"type": "MultiLineString", "coordinates": [[(11.0, 43.0), (11.1, 43.1)]] * 2}),
        (
            "<gmlPolygon><exterior><posList>43 11 43 12 44 12 43 11</posList></exterior></gmlPolygon>",
            {"type": "Polygon", "coordinates": [[(11.0, 43.0), (12.0, 43.0), (12.0, 44.0), (11.0, 43.0)]]},
        ),
        (
            f"<linearByCoordinates>{point(1, 1, 'start')}<intermediate index='1'>{point(3, 3)}</intermediate>"
            f"<intermediate index='0'>{point(2, 2)}</intermediate>{point(4, 4, 'end')}</linearByCoordinates>",
            {"type": "LineString", "coordinates": [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0), (4.0, 4.0)]},
        ),
    ],
)
def test_positions_are_latitude_first(inner: str, geometry: dict[str, Any]) -> None:
    assert place(inner) == (geometry, [])


@pytest.mark.parametrize(
    ("inner", "deviation"),
    [
        (line("150000 170000 150001 170001"), "a list of positions that are no degrees of WGS 84"),
        (line("43 11 43"), "a list of positions that are no degrees of WGS 84"),
        (line("nan inf 43 11"), "a list of positions that are no degrees of WGS 84"),
        (line("43 11 43 12", 'srsName="EPSG:31370"'), "positions of another reference system are not read"),
        (line("43 11 5 43 12 5", 'srsDimension="3"'), "positions of another reference system are not read"),
        (f"<pointByCoordinates>{point(150000, 11)}</pointByCoordinates>", "a position that is no degrees of WGS 84"),
        (f"<pointByCoordinates>{point('', 11)}</pointByCoordinates>", "a position that is no degrees of WGS 84"),
        ("<alertCPoint/>", "the place by alertCPoint is not read"),
        ("<tpeglinearLocation/>", "the place by tpeglinearLocation is not read"),
    ],
)
def test_what_is_no_position_is_named(inner: str, deviation: str) -> None:
    assert place(inner) == (None, [deviation])


def test_a_point_for_maps_is_used_for_want_of_another() -> None:
    found = place(point(43.9, 11.1, "coordinatesForDisplay"))
    assert found == ({"type": "Point", "coordinates": (11.1, 43.9)}, ["the place is the point at which it is shown on maps"])
