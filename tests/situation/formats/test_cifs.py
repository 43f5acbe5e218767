"""Closures and incidents for Waze."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.cifs import CIFS, Incident, incident_errors
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import content_of, export_of, seen
from tests.situation.formats.schemas import check_cifs

GOOD = Incident(
    "prato-1", "prato-1", "ROAD_CLOSED", None, "VIA ROMA", "43.880000 11.095000 43.880500 11.096000", True,
    "2026-12-01T00:00:00+01:00", "2026-12-05T00:00:00+01:00", "Chiusa",
)  # fmt: skip


def feed(*features: SituationFeature) -> list[Element]:
    content = content_of(CIFS, *features)
    check_cifs(content)
    return list(fromstring(content))


def test_every_document_keeps_the_rules() -> None:
    for document in documents():
        for file in export_of(CIFS, feature_of_document(document)).files:
            check_cifs(file.content)


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"id": "x"}, "its id is shorter than 3 characters"),
        ({"street": "X"}, "the name of its street is shorter than 2 characters"),
        ({"polyline": "43.880000 11.095000"}, "its line has fewer than two points"),
        ({"polyline": "43.88 11.095 43.9 11.1"}, "its line has fewer than two points"),
        ({"end": "2026-12-01T00:00:00+01:00"}, "it ends before it begins"),
    ],
)
def test_an_incident_that_breaks_a_rule_is_not_published(changes: dict[str, Any], rule: str) -> None:
    assert [error.en for error in incident_errors(GOOD._replace(**changes))] == [rule]
    assert list(incident_errors(GOOD)) == []


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"kind": "closure"}, ("ROAD_CLOSED", None, "BOTH_DIRECTIONS")),
        ({"impact": {"management": ["roadClosed"]}}, ("ROAD_CLOSED", "ROAD_CLOSED_CONSTRUCTION", "BOTH_DIRECTIONS")),
        ({"impact": {"management": ["carriagewayClosures"]}}, ("ROAD_CLOSED", "ROAD_CLOSED_CONSTRUCTION", None)),
        ({"kind": "publicevent", "impact": {"control": "road_closure"}}, ("ROAD_CLOSED", "ROAD_CLOSED_EVENT", "BOTH_DIRECTIONS")),
        ({}, ("HAZARD", "HAZARD_ON_ROAD_CONSTRUCTION", None)),
        ({"impact": {"lanes_closed": 1}}, ("HAZARD", "HAZARD_ON_ROAD_LANE_CLOSED", None)),
        ({"kind": "accident", "severity": "high"}, ("ACCIDENT", "ACCIDENT_MAJOR", None)),
        ({"kind": "accident", "severity": "low"}, ("ACCIDENT", "ACCIDENT_MINOR", None)),
        ({"kind": "accident"}, ("ACCIDENT", None, None)),
        ({"kind": "traffic", "traffic": {"type": "stationaryTraffic"}}, ("JAM", "JAM_STAND_STILL_TRAFFIC", None)),
        ({"kind": "traffic"}, ("JAM", None, None)),
        ({"kind": "lighting", "lighting": {"equipment": "trafficSignals"}}, ("HAZARD", "HAZARD_ON_ROAD_TRAFFIC_LIGHT_FAULT", None)),
        ({"kind": "damage"}, ("HAZARD", "HAZARD_ON_ROAD", None)),
    ],
)
def test_only_a_closed_road_is_one_around_which_drivers_are_led(
    changes: dict[str, Any], expected: tuple[str, str | None, str | None]
) -> None:
    (incident,) = feed(seen(**changes))
    assert (incident.findtext("type"), incident.findtext("subtype"), incident.findtext("direction")) == expected


def test_each_night_and_each_path_is_an_incident_of_one_event() -> None:
    paths = {"type": "MultiLineString", "coordinates": [[[11.0, 43.0], [11.1, 43.1]], [[11.2, 43.2], [11.3, 43.3]]]}
    nights = {
        "planned_start": "2026-12-01",
        "planned_end": "2026-12-02",
        "recurrence": [{"begin": "21:00", "end": "05:00", "exceptions": ["2026-12-01"]}],
    }
    incidents = feed(seen(geometry=paths, timing=nights))
    assert [one.get("id") for one in incidents] == ["prato-scavo-1-2026-12-02T2100", "prato-scavo-1-2026-12-02T2100-1"]
    parents = [one.find("parent_event") for one in incidents]
    assert [None if one is None else one.get("id") for one in parents] == ["prato-scavo-1", "prato-scavo-1"]
    assert (incidents[0].findtext("starttime"), incidents[0].findtext("endtime")) == (
        "2026-12-02T21:00:00+01:00",
        "2026-12-03T00:00:00+01:00",
    )
    assert incidents[0].findtext("polyline") == "43.000000 11.000000 43.100000 11.100000"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"kind": "lighting", "lighting": {}}, "it is neither a closure nor an incident that drivers meet"),
        ({"geometry": {"type": "Point", "coordinates": [11.0, 43.0]}}, "its place is not a line"),
        ({"location": {"street_refs": [{"name": "VIA ROMA"}, {"name": "VIA MILANO"}]}}, "it does not name one street: an order for several streets is one situation for each"),
        ({"location": {"street_refs": [{"name": "X"}]}}, "the name of its street is shorter than 2 characters"),
        ({"timing": {"planned_start": "2026-12-05", "planned_end": "2026-12-05", "recurrence": [{"begin": "08:00", "end": "09:00", "days": [7]}]}}, "none of its hours is still to come"),
        ({"state": "proposed"}, "what is proposed has no place in Waze CIFS 2"),
    ],
)  # fmt: skip
def test_why_a_situation_is_left_out(changes: dict[str, Any], reason: str) -> None:
    assert [one.reason.en for one in export_of(CIFS, seen(**changes)).left_out] == [reason]
