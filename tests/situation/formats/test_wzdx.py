"""Work zones in WZDx 4.2."""

import json
from typing import Any

import jsonschema
import pytest

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.wzdx import WZDX
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import MADE_MS, content_of, export_of, seen
from tests.situation.formats.schemas import check_wzdx

NIGHTS = {"planned_start": "2026-12-01", "planned_end": "2026-12-02", "recurrence": [{"begin": "21:00", "end": "05:00"}]}


def feed(*features: SituationFeature) -> list[Any]:
    content = content_of(WZDX, *features)
    check_wzdx(content)
    return json.loads(content)["features"]  # type: ignore[no-any-return]


def test_every_document_is_valid() -> None:
    for document in documents():
        for file in export_of(WZDX, feature_of_document(document)).files:
            check_wzdx(file.content)


def test_the_schema_refuses_what_is_wrong() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check_wzdx(content_of(WZDX, seen()).replace(b'"unknown"', b'"sideways"'))


def test_each_night_is_an_event_and_they_refer_to_each_other() -> None:
    events = feed(seen(timing=NIGHTS))
    assert [one["id"] for one in events] == ["scavo-1", "scavo-1.1"]
    assert [(one["properties"]["start_date"], one["properties"]["end_date"]) for one in events] == [
        ("2026-12-01T20:00:00Z", "2026-12-02T04:00:00Z"),
        ("2026-12-02T20:00:00Z", "2026-12-02T23:00:00Z"),
    ]
    assert [one["properties"]["core_details"]["related_road_events"] for one in events] == [
        [{"type": "next-occurrence", "id": "scavo-1.1"}],
        [{"type": "first-occurrence", "id": "scavo-1"}],
    ]


def test_a_detour_is_an_event_of_its_own() -> None:
    line = {"type": "LineString", "coordinates": [[11.0, 43.0], [11.1, 43.1]]}
    works, detour = feed(seen(impact={"detour": {"geometry": line, "street_refs": [{"name": "VIA MILANO"}]}}))
    assert works["properties"]["core_details"]["related_road_events"] == [{"type": "related-detour", "id": "scavo-1.detour"}]
    assert (detour["id"], detour["properties"]["core_details"]["road_names"], detour["geometry"]) == (
        "scavo-1.detour",
        ["VIA MILANO"],
        line,
    )


def test_points_and_paths_have_the_geometries_that_there_are() -> None:
    paths = {"type": "MultiLineString", "coordinates": [[[11.0, 43.0], [11.1, 43.1]], [[11.2, 43.2], [11.3, 43.3]]]}
    assert [(one["id"], one["geometry"]["type"]) for one in feed(seen(geometry=paths))] == [
        ("scavo-1", "LineString"),
        ("scavo-1-1", "LineString"),
    ]
    (point,) = feed(seen(geometry={"type": "Point", "coordinates": [11.0, 43.0]}))
    assert point["geometry"] == {"type": "MultiPoint", "coordinates": [[11.0, 43.0]]}


@pytest.mark.parametrize(
    ("impact", "expected"),
    [
        (None, "unknown"),
        ({"management": ["roadClosed"]}, "all-lanes-closed"),
        ({"lanes_closed": 1}, "some-lanes-closed"),
        ({"control": "two_way_signals"}, "temporary-traffic-signal"),
        ({"control": "stop_go_boards"}, "flagging"),
        ({"management": ["singleAlternateLineTraffic"]}, "alternating-one-way"),
        ({"control": "no_carriageway_incursion"}, "all-lanes-open"),
        ({"control": "unheard_of"}, "unknown"),
    ],
)
def test_what_drivers_meet(impact: dict[str, Any] | None, expected: str) -> None:
    assert feed(seen(impact=impact))[0]["properties"]["vehicle_impact"] == expected


def test_the_kind_of_work_and_what_is_restricted() -> None:
    works = {"maintenance": ["resurfacingWork", "unheardOf"], "excavation": {}, "occupies": ["parking_place"]}
    (event,) = feed(seen(roadworks=works, impact={"management": ["narrowLanes"]}))
    assert event["properties"]["types_of_work"] == [{"type_name": "surface-work"}, {"type_name": "below-road-work"}]
    assert event["properties"]["restrictions"] == [{"type": "reduced-width"}, {"type": "no-parking"}]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"location": {}}, "it names no street"),
        ({"timing": {"planned_start": "2026-12-01"}}, "nobody knows its end"),
        ({"timing": {"planned_start": "2026-12-05", "planned_end": "2026-12-05", "recurrence": [{"begin": "08:00", "end": "09:00", "days": [7]}]}}, "none of its hours is still to come"),
        ({"state": "ended"}, "it ended more than an hour ago"),
    ],
)  # fmt: skip
def test_why_works_are_left_out(changes: dict[str, Any], reason: str) -> None:
    assert [one.reason.en for one in export_of(WZDX, seen(**changes)).left_out] == [reason]


def test_what_has_just_ended_stays_for_an_hour() -> None:
    ended = seen(state="ended", updated="2026-11-20T10:30:00.000Z")
    assert export_of(WZDX, ended, made_ms=MADE_MS).left_out == []
