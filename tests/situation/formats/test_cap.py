"""Alerts in CAP 1.2."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest
import xmlschema

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.cap import CAP
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import content_of, export_of, seen
from tests.situation.formats.schemas import check_cap

_TAG = "{urn:oasis:names:tc:emergency:cap:1.2}"
FLOOD = {
    "category": ["Met", "Safety"], "event": "Piena", "urgency": "Immediate", "certainty": "Observed", "response": ["Avoid"], "instruction": "Restare lontani",
}  # fmt: skip
RING = {
    "type": "Polygon",
    "coordinates": [
        [[11.0, 43.0], [11.1, 43.0], [11.1, 43.1], [11.0, 43.0]],
        [[11.01, 43.01], [11.02, 43.01], [11.02, 43.02], [11.01, 43.01]],
    ],
}


def alert(feature: SituationFeature, *earlier: SituationFeature) -> Element:
    content = content_of(CAP, feature, earlier=earlier)
    check_cap(content)
    return fromstring(content)


def texts(element: Element, path: str) -> list[str | None]:
    return [one.text for one in element.iterfind("/".join(_TAG + part for part in path.split("/")))]


def test_every_document_is_valid() -> None:
    for document in documents():
        for file in export_of(CAP, feature_of_document(document)).files:
            check_cap(file.content)


def test_the_schema_refuses_what_is_wrong() -> None:
    content = content_of(CAP, seen(cap=FLOOD))
    with pytest.raises(xmlschema.XMLSchemaValidationError):
        check_cap(content.replace(b"+01:00</sent>", b"Z</sent>"))


def test_a_warning_says_what_happens_where_and_until_when() -> None:
    found = alert(
        seen(kind="safety", cap=FLOOD, severity="high", headline={"it": "Piena del Bisenzio", "en": "Bisenzio in flood"}, geometry=RING)
    )
    assert texts(found, "identifier") == ["publiacqua-scavo-1-2"]
    assert (texts(found, "msgType"), texts(found, "scope"), texts(found, "status")) == (["Alert"], ["Public"], ["Actual"])
    assert texts(found, "sent") == ["2026-11-02T09:00:00+01:00"]
    assert texts(found, "info/language") == ["it-IT", "en-GB"]
    assert texts(found, "info/headline") == ["Piena del Bisenzio", "Bisenzio in flood"]
    assert texts(found, "info/severity") == ["Severe", "Severe"]
    assert texts(found, "info/expires")[0] == "2026-12-21T00:00:00+01:00"
    assert texts(found, "info/area/polygon")[0] == "43.000000,11.000000 43.000000,11.100000 43.100000,11.100000 43.000000,11.000000"


def test_lines_and_points_are_in_a_circle() -> None:
    assert texts(alert(seen(cap=FLOOD, geometry={"type": "Point", "coordinates": [11.1, 43.9]})), "info/area/circle") == [
        "43.900000,11.100000 0"
    ]
    line = {"type": "LineString", "coordinates": [[11.0, 43.9], [11.0, 44.0]]}
    assert texts(alert(seen(cap=FLOOD, geometry=line)), "info/area/circle") == ["43.950000,11.000000 5.56"]


def test_a_later_version_refers_to_those_before_and_a_cancellation_too() -> None:
    first = seen(cap=FLOOD, version=1, updated="2026-11-01T08:00:00.000Z")
    changed, cancelled = (alert(seen(cap=FLOOD, state=state), first) for state in ("active", "cancelled"))
    assert (texts(changed, "msgType"), texts(cancelled, "msgType")) == (["Update"], ["Cancel"])
    assert texts(changed, "references") == texts(cancelled, "references") == ["publiacqua,publiacqua-scavo-1-1,2026-11-01T09:00:00+01:00"]
    assert texts(cancelled, "info/urgency") == ["Past"]
    proposed = seen(cap=FLOOD, version=1, state="proposed")
    assert texts(alert(seen(cap=FLOOD), proposed), "msgType") == ["Alert"]


@pytest.mark.parametrize(("status", "word"), [("test", "Test"), ("securityExercise", "Exercise"), ("technicalExercise", "Exercise")])
def test_an_exercise_is_one_by_its_status_and_in_a_note(status: str, word: str) -> None:
    found = alert(seen(cap=FLOOD, information_status=status))
    assert texts(found, "status") == [word]
    assert texts(found, "note")[0] in (
        "[PROVA] Scavo in Via Roma",
        "[ESERCITAZIONE] Scavo in Via Roma",
        "[ESERCITAZIONE TECNICA] Scavo in Via Roma",
    )


def test_what_is_not_public_is_private_and_names_its_addresses() -> None:
    found = alert(seen(cap=FLOOD, audience={"organisations": ["comune"]}))
    assert (texts(found, "scope"), texts(found, "addresses")) == (["Private"], ["comune publiacqua"])


def test_without_cap_nobody_guesses_how_urgent_it_is() -> None:
    no_cap: dict[str, Any] = {"cap": None}
    assert [one.reason.en for one in export_of(CAP, seen(**no_cap)).left_out] == ["it has no 'cap': how urgent and how certain it is"]
