"""DATEX II in the Italian profile of version 2.3."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.datex.italian import DATEX_ITALIAN, changed_since
from gateway.situation.formats.port import ExportedSituation
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import export_of, seen
from tests.situation.formats.schemas import check_datex_italian

_N = "{http://datex2.eu/schema/2/2_0}"
_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
NIGHTS = {
    "planned_start": "2026-12-01",
    "planned_end": "2026-12-20",
    "recurrence": [{"begin": "21:00", "end": "05:00", "days": [1], "exceptions": ["2026-12-08"]}],
}


def files(*features: SituationFeature, **request: Any) -> dict[str, Element]:
    export = export_of(DATEX_ITALIAN, *features, **request)
    assert export.left_out == []
    for file in export.files:
        check_datex_italian(file.content)
    return {file.name: fromstring(file.content) for file in export.files}


def publication(*features: SituationFeature, **request: Any) -> Element:
    return files(*features, **request)["SituationPublication.xml"]


def texts(element: Element, tag: str) -> list[str | None]:
    return [one.text for one in element.iter(_N + tag)]


def test_every_document_is_valid() -> None:
    for document in documents():
        for file in export_of(DATEX_ITALIAN, feature_of_document(document)).files[:1]:
            check_datex_italian(file.content)


def test_the_schema_refuses_what_is_wrong() -> None:
    content = export_of(DATEX_ITALIAN, seen()).files[0].content
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        check_datex_italian(content.replace(b"futureEvent", b"future"))


def test_roadworks_and_other_events_have_files_of_their_own() -> None:
    found = files(
        seen(), feature_of_document(documents()[0] | {"id": "incidente", "properties": documents()[0]["properties"] | {"kind": "accident"}})
    )
    assert {name: [one.get("id") for one in root.iter(_N + "situation")] for name, root in found.items()} == {
        "SituationPublication.xml": ["scavo-1", "incidente"],
        "SituationPublicationRoadworks.xml": ["scavo-1"],
        "SituationPublicationNotRoadworks.xml": ["incidente"],
    }


@pytest.mark.parametrize(
    ("state", "status", "extended"),
    [
        ("planned", "definedByValidityTimeSpec", ["futureEvent"]),
        ("active", "active", []),
        ("ended", "definedByValidityTimeSpec", ["closed"]),
        ("cancelled", "definedByValidityTimeSpec", ["cancelled"]),
    ],
)
def test_whether_it_has_begun_or_is_over_is_in_the_extension(state: str, status: str, extended: list[str]) -> None:
    found = publication(seen(state=state))
    assert (texts(found, "validityStatus"), texts(found, "validityStatusExtended")) == ([status], extended)


def test_what_goes_on_after_its_end_is_overrunning() -> None:
    found = publication(seen(state="active", overrunning=True))
    assert (texts(found, "overrunning"), texts(found, "overallEndTime")) == (["true"], ["2026-12-21T00:00:00+01:00"])


def test_nights_are_valid_periods_with_an_exception() -> None:
    found = publication(seen(timing=NIGHTS))
    assert texts(found, "startTimeOfPeriod") == ["21:00:00", "00:00:00"]
    assert texts(found, "applicableDay") == ["monday", "tuesday"]
    assert texts(found, "endOfPeriod") == ["2026-12-09T05:00:00+01:00"]


def test_restrictions_are_caused_by_the_event_and_numbers_only_go_up() -> None:
    found = publication(seen(impact={"management": ["roadClosed"]}), feature_of_document(documents()[0] | {"id": "altro"}))
    assert [(one.get("id"), one.get(_TYPE)) for one in found.iter(_N + "situationRecord")] == [
        ("scavo-1-0", "MaintenanceWorks"), ("scavo-1-1", "RoadOrCarriagewayOrLaneManagement"), ("altro-0", "MaintenanceWorks"),
    ]  # fmt: skip
    assert [one.get("id") for one in found.iter(_N + "managedCause")] == ["scavo-1-0"]
    assert texts(found, "situationRecordReferenceSequence") == ["100", "101", "200"]


def test_a_reader_asks_for_what_is_newer_than_the_last_number_that_it_has_seen() -> None:
    one = ExportedSituation(seen(), number=2)
    assert [changed_since(one, number) for number in (0, 101, 199, 200, 201)] == [True, True, True, False, False]


def test_a_line_has_its_points_in_their_order() -> None:
    line = {"type": "LineString", "coordinates": [[11.0, 43.0], [11.1, 43.1], [11.2, 43.2], [11.3, 43.3]]}
    found = publication(seen(geometry=line))
    assert texts(found, "latitude") == ["43.000000", "43.100000", "43.200000", "43.300000"]
    assert [one.get("index") for one in found.iter(_N + "intermediate")] == ["0", "1"]
    two = {"type": "MultiPoint", "coordinates": [[11.0, 43.0], [11.1, 43.1]]}
    (group,) = publication(seen(geometry=two)).iter(_N + "groupOfLocations")
    assert (group.get(_TYPE), len(group)) == ("NonOrderedLocationGroupByList", 2)


@pytest.mark.parametrize("geometry", [None, {"type": "Polygon", "coordinates": [[[11.0, 43.0], [11.1, 43.0], [11.1, 43.1], [11.0, 43.0]]]}])
def test_areas_are_left_out(geometry: object) -> None:
    assert [one.reason.en for one in export_of(DATEX_ITALIAN, seen(geometry=geometry)).left_out] == ["its place is not a line or points"]


def test_what_organisations_alone_may_see_is_marked() -> None:
    found = publication(
        seen(audience={"organisations": ["comune"]}, internal={"text": "chiave dal custode"}, information_status="technicalExercise")
    )
    assert texts(found, "confidentiality") == ["restrictedToAuthoritiesAndTrafficOperators"]
    assert texts(found, "informationStatus") == ["technicalExercise"]
    (note,) = found.iter(_N + "nonGeneralPublicComment")
    assert texts(note, "value") == ["chiave dal custode"]
