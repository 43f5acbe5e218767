"""Situations of DATEX II."""

from datetime import datetime
from typing import Any

import pytest

from gateway.analytics.sun import Interval
from gateway.situation.event.document import DraftFeature, SituationFeature
from gateway.situation.event.kinds import SituationKind
from gateway.situation.event.timing import Timing
from gateway.situation.formats.datex.european import DATEX_3
from gateway.situation.formats.datex.italian import DATEX_ITALIAN
from gateway.situation.formats.port import ExchangeFormat
from gateway.situation.imports.datex import read_datex
from gateway.situation.imports.port import ImportedSituation, ImportRejected
from gateway.situation.times.instants import occurrences, planned_span
from tests.situation.examples import ROME
from tests.situation.formats.exports import export_of, seen
from tests.situation.imports.samples import sample


def deviations(one: ImportedSituation) -> list[str]:
    return [deviation.en for deviation in one.deviations]


def test_a_feed_of_version_2_of_france() -> None:
    (one,) = read_datex(sample("bisonfute-events-v2.2.xml"), ROME)
    assert one.draft is not None
    said = one.draft.properties
    assert (one.draft.id, said.kind, said.timing.planned_start, said.timing.planned_end) == (
        "260724-000456",
        "other",
        "2026-07-24T08:04:50+02:00",
        None,
    )
    assert "the class VehicleObstruction is not known: the kind is 'other'" in deviations(one)
    assert "the text is not in Italian but in: fr" in deviations(one)
    assert "the place by alertCPoint is not read" in deviations(one)


def test_a_feed_without_exchange_of_finland_has_no_place_that_is_read() -> None:
    (one,) = read_datex(sample("fintraffic-roadworks-v2.3-nationalprofile.xml"), ROME)
    assert one.draft is None
    assert deviations(one)[-1] == "the event has no place: neither a geometry, nor a street, nor a description of the location"
    assert "the record ReroutingManagement is not read" in deviations(one)


def test_feeds_of_version_3_of_the_netherlands() -> None:
    found = read_datex(sample("ndw-situations-v3.xml"), ROME)
    drafts = [one.draft for one in found if one.draft is not None]
    assert [one.properties.kind for one in drafts] == ["closure", "closure"]
    assert [len(one.properties.impact.management) for one in drafts if one.properties.impact is not None] == [1, 5]
    assert all("times and places of its other records are not read" in deviations(one) for one in found)
    (one,) = read_datex(sample("ndw-srti-v3.xml"), ROME)
    assert one.draft is not None
    assert one.draft.properties.headline.it == "Botsabsorber"


def test_a_publication_of_something_else_is_rejected() -> None:
    with pytest.raises(ImportRejected, match="no situations of DATEX II: ParkingStatusPublication"):
        read_datex(sample("ndw-truckparking-v3-invalid.xml"), ROME)


LINE = {"type": "LineString", "coordinates": [[11.0, 43.0], [11.1, 43.1], [11.2, 43.2]]}
NIGHTS = {
    "planned_start": "2026-12-01",
    "planned_end": "2026-12-20",
    "recurrence": [{"begin": "21:00", "end": "05:00", "days": [1, 7], "exceptions": ["2026-12-07"]}],
}
CASES: list[dict[str, Any]] = [
    {"roadworks": {"maintenance": ["resurfacingWork", "repairWork"], "category": "immediate_urgent"}, "severity": "high"},
    {"kind": "closure", "impact": {"management": ["laneClosures", "narrowLanes"], "lanes_closed": 1, "delay_s": 300, "capacity_percent": 50.0}},
    {"kind": "traffic", "traffic": {"type": "queuingTraffic"}, "state": "active"},
    {"kind": "accident", "accident": {"types": ["collision", "accidentInvolvingTrain"]}, "state": "active", "probability": "riskOf"},
    {"kind": "lighting", "lighting": {"equipment": "trafficSignals", "fault": "outOfService"}},
    {"kind": "damage", "damage": {"type": "gasLeak"}, "information_status": "technicalExercise"},
    {"kind": "publicevent", "publicevent": {"type": "market"}, "timing": NIGHTS},
]  # fmt: skip


@pytest.mark.parametrize("exchange_format", [DATEX_ITALIAN, DATEX_3], ids=lambda one: one.name)
@pytest.mark.parametrize("changes", CASES, ids=lambda one: one.get("kind", "roadworks"))
def test_what_is_exported_comes_back(exchange_format: ExchangeFormat, changes: dict[str, Any]) -> None:
    place = {"street_refs": [{"name": "VIA ROMA"}], "description": {"it": "lato nord"}}
    feature = seen(geometry=LINE, location=place, description={"it": "due righe\ndi testo"}, **({"impact": None} | changes))
    (one,) = read_datex(export_of(exchange_format, feature).files[0].content, ROME)
    assert one.draft is not None, one.deviations
    _compare(feature, one.draft)


def _compare(feature: SituationFeature, draft: DraftFeature) -> None:
    said, read = feature.properties, draft.properties
    assert draft.geometry == feature.geometry
    assert planned_span(read.timing, ROME) == planned_span(said.timing, ROME)
    assert read.state == said.state
    for name in ("kind", "severity", "probability", "information_status", "traffic", "accident", "lighting", "damage", "publicevent"):
        assert getattr(read, name) == getattr(said, name), name
    assert said.headline.it in read.headline.it
    assert read.audience.public
    assert [street.name for street in read.location.street_refs] == ["VIA ROMA"]
    if said.roadworks is not None and read.roadworks is not None:
        assert (read.roadworks.maintenance, read.roadworks.category) == (said.roadworks.maintenance, said.roadworks.category)
    if said.impact is not None and said.kind == SituationKind.CLOSURE and read.impact is not None:
        assert read.impact == said.impact
    if said.timing.recurrence:
        span = planned_span(said.timing, ROME)
        assert half_hours(read.timing, span) == half_hours(said.timing, span)


def half_hours(timing: Timing, span: Interval) -> set[int]:
    """Return when something happens: nights come back as evenings and mornings."""
    return {t_ms for hours in occurrences(timing, ROME, span) for t_ms in range(hours.from_ms, hours.to_ms, 1_800_000)}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"<validityStatusExtended>futureEvent", b"<validityStatusExtended>closed", "it is over"),
        (b'<situation id="scavo-1"', b'<situation id=""', "it has no id"),
        (b"<informationStatus>real", b"<informationStatus>maybe", "Invalid enum value 'maybe' - at `$.properties.information_status`"),
        (b"<overallStartTime>", b"<overallStartTime>never", "Object missing required field `planned_start` - at `$.properties.timing`"),
    ],
)
def test_why_a_situation_is_not_imported(old: bytes, new: bytes, expected: str) -> None:
    content = export_of(DATEX_ITALIAN, seen(geometry=LINE)).files[0].content
    assert old in content
    (one,) = read_datex(content.replace(old, new), ROME)
    assert one.draft is None
    assert deviations(one)[-1] == expected


def test_what_is_missing_is_named() -> None:
    bare = (
        b'<d><situation id="a-1"><situationRecord type="Roadworks"><validity><validityTimeSpecification><overallStartTime>2026-12-01T08:00:00Z'
        b"</overallStartTime></validityTimeSpecification></validity><pointByCoordinates><pointCoordinates><latitude>43</latitude><longitude>11"
        b"</longitude></pointCoordinates></pointByCoordinates><urlLink><urlLinkAddress>http://example.org</urlLinkAddress></urlLink>"
        b"<impact><numberOfLanesRestricted>many</numberOfLanesRestricted></impact></situationRecord></situation></d>"
    )
    (one,) = read_datex(bare, ROME)
    assert one.draft is not None
    assert one.draft.properties.headline.it == "Roadworks"
    assert deviations(one) == [
        "it does not say whether it is real: read as 'real'",
        "it is not marked as public, and is not published to everybody",
        "more links than one, or such without https, are not read",
        "it has no text: its class is the headline",
        "impact/numberOfLanesRestricted is no number: 'many'",
    ]
    assert not one.draft.properties.audience.public
    assert datetime.fromisoformat(one.draft.properties.timing.planned_start).hour == 8
