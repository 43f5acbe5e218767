"""Situations for public transport in SIRI-IT."""

from typing import Any
from xml.etree.ElementTree import Element, fromstring

import pytest

from gateway.situation.event.document import SituationFeature
from gateway.situation.formats.siri import SIRI_IT
from tests.situation.formats.document_fields import documents, feature_of_document
from tests.situation.formats.exports import content_of, export_of, seen
from tests.situation.formats.schemas.siri import check_siri

_N = "{http://www.siri.org.uk/siri}"
STOPS = {"stops": [{"id": "IT:ITI1:ScheduledStopPoint:at:12", "name": "Via Roma"}], "delay_s": 300}


def delivery(*features: SituationFeature, **request: Any) -> Element:
    content = content_of(SIRI_IT, *features, **request)
    check_siri(content)
    return fromstring(content)


def texts(element: Element, *tags: str) -> list[str | None]:
    return [one.text for tag in tags for one in element.iter(_N + tag)]


def test_every_document_has_the_order_and_the_words() -> None:
    for document in documents():
        for file in export_of(SIRI_IT, feature_of_document(document)).files:
            check_siri(file.content)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"Progress>", b"Phase>"),
        (b"published", b"printed"),
        (b"<AlertCause>constructionWork</AlertCause>", b""),
        (b"T23:00:00Z", b"T23:00"),
    ],
)
def test_the_check_refuses_what_is_wrong(old: bytes, new: bytes) -> None:
    content = content_of(SIRI_IT, seen())
    assert old in content
    with pytest.raises(AssertionError):
        check_siri(content.replace(old, new))


def test_lines_and_stops_are_affected_and_stops_not_served() -> None:
    found = delivery(seen(impact={"lines": ["IT:ITI1:Line:at:4"], **STOPS}))
    assert texts(found, "LineRef", "StopPointRef", "StopPointName") == ["IT:ITI1:Line:at:4", "IT:ITI1:ScheduledStopPoint:at:12", "Via Roma"]
    assert texts(found, "ArrivalBoardingActivity", "DepartureBoardingActivity", "Delay") == ["noAlighting", "noBoarding", "PT300S"]
    assert texts(delivery(seen()), "ArrivalBoardingActivity") == []


def test_each_night_is_a_period() -> None:
    nights = {"planned_start": "2026-12-01", "planned_end": "2026-12-02", "recurrence": [{"begin": "21:00", "end": "23:00"}]}
    assert texts(delivery(seen(timing=nights)), "StartTime") == ["2026-12-01T20:00:00Z", "2026-12-02T20:00:00Z"]
    over = delivery(seen(timing=nights, state="ended"), made_ms=1_800_000_000_000)
    assert (texts(over, "Progress"), texts(over, "StartTime")) == (["closed"], ["2026-11-02T08:00:00Z"])


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, ["constructionWork", "true"]),
        ({"roadworks": {"category": "immediate_urgent"}}, ["constructionWork", "false"]),
        ({"kind": "accident"}, ["accident", "false"]),
        ({"kind": "outage", "outage": {"utility": "water", "planned": True}}, ["technicalProblem", "true"]),
        ({"kind": "publicevent"}, ["miscellaneous", "true"]),
    ],
)
def test_the_cause_and_whether_it_is_planned(changes: dict[str, Any], expected: list[str]) -> None:
    assert texts(delivery(seen(**changes)), "AlertCause", "Planned") == expected


def test_an_exercise_says_so() -> None:
    found = delivery(seen(information_status="technicalExercise", headline={"it": "Piena", "en": "Flood"}))
    assert texts(found, "Reality", "Summary") == ["technicalExercise", "[ESERCITAZIONE TECNICA] Piena", "[TECHNICAL EXERCISE] Flood"]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"impact": {"lanes_closed": 1}}, "it affects no line and no stop of public transport"),
        ({"impact": {"lines": ["linea 4"]}}, "'linea 4' is no identifier of a line or a stop"),
        ({"timing": {"planned_start": "2026-12-05", "planned_end": "2026-12-05", "recurrence": [{"begin": "08:00", "end": "09:00", "days": [7]}]}}, "none of its hours is still to come"),
    ],
)  # fmt: skip
def test_why_a_situation_is_left_out(changes: dict[str, Any], reason: str) -> None:
    assert [one.reason.en for one in export_of(SIRI_IT, seen(**changes)).left_out] == [reason]
