"""Reading documents of others."""

import json
import random
from typing import Any

import pytest

from gateway.situation.event.reading import MOST_BYTES, EventRejected, read_event, read_feature
from tests.situation.event.malformed import GOOD, malformed

FEATURE = GOOD["data"]


def changed(**properties: Any) -> bytes:
    return json.dumps(FEATURE | {"properties": FEATURE["properties"] | properties}).encode()


def reasons_of(payload: bytes) -> list[str]:
    with pytest.raises(EventRejected) as rejected:
        read_feature(payload)
    return rejected.value.reasons


def test_an_event_is_read_with_everything_that_it_says() -> None:
    event = read_event(json.dumps(GOOD).encode())
    said = event.data.properties
    assert (event.subject, said.kind, said.headline.it) == ("scavo-1", "roadworks", "Scavo")
    assert said.roadworks is not None
    assert said.roadworks.excavation is not None
    assert said.roadworks.excavation.area_m2 == 12.5
    assert said.content().audience.organisations == ["comune"]


def test_keys_that_this_version_does_not_know_are_ignored() -> None:
    assert read_feature(changed(colour="red")) == read_feature(changed())


def test_members_of_later_versions_are_accepted() -> None:
    assert read_feature(changed(severity="catastrophic")).properties.severity.member == "other"


@pytest.mark.parametrize("seed", range(5))
def test_malformed_events_are_rejected_with_the_reason(seed: int) -> None:
    good = json.dumps(GOOD).encode()
    before = read_event(good)
    for what, payload in malformed(random.Random(seed), 100):
        with pytest.raises(EventRejected) as rejected:
            read_event(payload)
        assert rejected.value.reasons, what
        assert all(10 < len(one) < 400 for one in rejected.value.reasons), rejected.value.reasons
    assert read_event(good) == before


def test_the_reason_names_the_place_and_shows_no_pattern() -> None:
    assert reasons_of(changed(headline={"it": "a\u0007b"})) == [
        "this text has not the form that is expected, or control characters - at `$.properties.headline.it`"
    ]
    assert reasons_of(changed(headline={"it": "a\u202eb"}))[0].endswith("at `$.properties.headline.it`")


def test_all_reasons_are_listed_when_the_parts_have_the_right_form() -> None:
    found = reasons_of(json.dumps(FEATURE | {
        "geometry": None, "properties": {"kind": "safety", "headline": {"it": "Piena"}, "timing": {"planned_start": "2026-13-01"}},
    }).encode())  # fmt: skip
    assert found == [
        "'2026-13-01' of planned_start is no date that exists",
        "the event has no place: neither a geometry, nor a street, nor a description of the location",
        "an event of the kind 'safety' needs 'cap'",
    ]


def test_works_belong_to_roadworks_alone() -> None:
    assert reasons_of(changed(kind="accident")) == ["'roadworks' does not belong to the kind 'accident'"]
    works = FEATURE["properties"]["roadworks"] | {"no_dig_until": "2031-12-04"}
    assert reasons_of(changed(roadworks=works)) == ["'no_dig_until' needs 'reinstatement': it protects a surface that was restored"]


def test_an_event_is_not_related_to_itself() -> None:
    assert reasons_of(changed(related=[{"id": "scavo-1", "relation": "part_of"}])) == ["the event is related to itself"]


def test_the_envelope_agrees_with_the_feature() -> None:
    with pytest.raises(EventRejected) as rejected:
        read_event(json.dumps(GOOD | {"subject": "other", "type": "org.example.situation.accident.v1"}).encode())
    assert rejected.value.reasons == [
        "the type 'org.example.situation.accident.v1' is not that of the kind 'roadworks'",
        "the subject 'other' is not the id of the feature, 'scavo-1'",
    ]


@pytest.mark.parametrize("subject", ["a/b", "+", "#", "$SYS", "A", "", "a\n", "x" * 64])
def test_a_subject_has_no_character_that_topics_reserve(subject: str) -> None:
    with pytest.raises(EventRejected):
        read_event(json.dumps(GOOD | {"subject": subject}).encode())


def test_what_is_too_large_is_not_parsed() -> None:
    assert reasons_of(b"[" * (MOST_BYTES + 1)) == [f"the document has {MOST_BYTES + 1} bytes, more than {MOST_BYTES}"]
    assert reasons_of(b'{"x":' * 5000)


def test_a_detour_is_checked_as_the_place_is() -> None:
    line = {"type": "MultiLineString", "coordinates": [[[11.0, 43.0], [11.1, 43.1]] * 200] * 2}
    assert reasons_of(changed(impact={"detour": {"geometry": line}})) == ["the geometry has more than 500 positions"]
