"""DATEX II 3.7."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.datex.european import DATEX_3
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import content_of, export_of, seen
from tests.situation.formats.schemas.datex3 import NotDatex3, check_datex3

_COM, _LOC, _SIT = (f"{{http://datex2.eu/schema/3/{name}}}" for name in ("common", "locationReferencing", "situation"))
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
RING = [[[11.0, 43.0], [11.1, 43.0], [11.1, 43.1], [11.0, 43.0]], [[11.01, 43.01], [11.02, 43.01], [11.02, 43.02], [11.01, 43.01]]]
NIGHTS = {
    "planned_start": "2026-12-01",
    "planned_end": "2026-12-20",
    "recurrence": [{"begin": "21:00", "end": "05:00", "days": [1], "exceptions": ["2026-12-08"]}],
}


def payload(*features: SituationFeature, **request: Any) -> Element:
    content = content_of(DATEX_3, *features, **request)
    check_datex3(content)
    return fromstring(content)


def texts(element: Element, tag: str) -> list[str | None]:
    return [one.text for one in element.iter(tag)]


def test_every_document_is_valid() -> None:
    for document in documents():
        for file in export_of(DATEX_3, feature_of_document(document)).files:
            check_datex3(file.content)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"sit:MaintenanceWorks", b"sit:Roadworks"),
        (b"<sit:probabilityOfOccurrence>certain</sit:probabilityOfOccurrence>", b""),
        (b"<sit:severity>unknown", b"<sit:severity>dreadful"),
        (b"sit:roadMaintenanceType", b"sit:maintenanceType"),
        (b'id="scavo-1-0"', b""),
        (b"+01:00</com:overallEndTime>", b"</com:overallEndTime>"),
        (b"<loc:posList>", b"<loc:posList>north "),
    ],
)
def test_the_check_refuses_what_is_wrong(old: bytes, new: bytes) -> None:
    content = content_of(DATEX_3, seen())
    assert old in content
    with pytest.raises(NotDatex3):
        check_datex3(content.replace(old, new))


@pytest.mark.parametrize(
    ("state", "expected"),
    [("planned", "planned"), ("confirmed", "definedByValidityTimeSpec"), ("active", "active"), ("ended", "definedByValidityTimeSpec")],
)
def test_a_status_is_what_was_said(state: str, expected: str) -> None:
    assert texts(payload(seen(state=state)), f"{_COM}validityStatus") == [expected]


def test_nights_are_valid_periods_with_an_exception() -> None:
    found = payload(seen(timing=NIGHTS))
    assert texts(found, f"{_COM}endTimeOfPeriod") == ["24:00:00", "05:00:00"]
    assert texts(found, f"{_COM}endOfPeriod") == ["2026-12-09T05:00:00+01:00"]


@pytest.mark.parametrize(
    ("geometry", "kind", "positions"),
    [
        ({"type": "Point", "coordinates": [11.0, 43.0]}, "loc:PointLocation", []),
        ({"type": "LineString", "coordinates": [[11.0, 43.0], [11.1, 43.1]]}, "loc:LinearLocation", ["43.000000 11.000000 43.100000 11.100000"]),
        ({"type": "Polygon", "coordinates": RING}, "loc:AreaLocation", ["43.000000 11.000000 43.000000 11.100000 43.100000 11.100000 43.000000 11.000000", "43.010000 11.010000 43.010000 11.020000 43.020000 11.020000 43.010000 11.010000"]),
        ({"type": "MultiPoint", "coordinates": [[11.0, 43.0], [11.1, 43.1]]}, "loc:LocationGroupByList", []),
    ],
)  # fmt: skip
def test_every_geometry_has_a_location(geometry: object, kind: str, positions: list[str]) -> None:
    found = payload(seen(geometry=geometry))
    assert [one.get(_TYPE) for one in found.iter(f"{_SIT}locationReference")] == [kind]
    assert texts(found, f"{_LOC}posList") == positions


def test_related_situations_of_the_export_are_referred_to() -> None:
    related = [{"id": "altro", "relation": "caused_by"}, {"id": "assente", "relation": "follows"}]
    found = payload(seen(related=related, impact={"management": ["roadClosed"]}), feature_of_document(documents()[0] | {"id": "altro"}))
    assert [(one.get("targetClass"), one.get("id")) for one in found.iter(f"{_SIT}objectReference")] == [
        ("sit:SituationRecord", "scavo-1-0"),
        ("sit:Situation", "altro"),
    ]


def test_without_a_geometry_it_is_left_out() -> None:
    assert [one.reason.en for one in export_of(DATEX_3, seen(geometry=None)).left_out] == ["it has no geometry"]
