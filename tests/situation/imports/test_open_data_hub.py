"""Announcements of the Open Data Hub."""

import json
from typing import Any

import pytest

from gateway.situation.imports.open_data_hub import read_open_data_hub
from gateway.situation.imports.port import ImportedSituation, ImportRejected
from tests.situation.examples import ROME
from tests.situation.imports.samples import sample

GOOD = {
    "Id": "a-1",
    "StartTime": "2026-12-01T07:00:00Z",
    "Detail": {"it": {"Title": "Scavo"}},
    "Geo": {"position": {"Latitude": 43.0, "Longitude": 11.0}},
}


def read(**changes: Any) -> ImportedSituation:
    (one,) = read_open_data_hub(json.dumps([GOOD | changes]).encode(), ROME)
    return one


def deviations(one: ImportedSituation) -> list[str]:
    return [deviation.en for deviation in one.deviations]


def test_announcements_of_a_province() -> None:
    first, second = read_open_data_hub(sample("open-data-hub.json"), ROME)
    assert first.draft is not None
    assert second.draft is not None
    said = first.draft.properties
    assert (said.kind, said.timing.planned_start, said.timing.planned_end) == ("roadworks", "2026-05-10T22:00:00Z", "2026-10-09T00:00:00Z")
    assert said.headline.it == "Intralcio Viabilità Generale Cantiere Stradale"
    assert (said.provenance.licence if said.provenance else None, type(first.draft.geometry).__name__) == ("CC0", "PointGeometry")
    assert deviations(first) == [
        "texts in de are not read",
        "the end 2026-10-09T00:00:00Z is midnight in UTC: the whole of that day may be meant",
    ]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"Active": False}, "it is over: not active"),
        ({"Id": 7}, "it is no announcement: Expected `str`, got `int` - at `$.Id`"),
        ({"StartTime": None}, "Object missing required field `planned_start` - at `$.properties.timing`"),
        ({"Geo": None}, "the event has no place: neither a geometry, nor a street, nor a description of the location"),
    ],
)
def test_why_an_announcement_is_not_imported(changes: dict[str, Any], expected: str) -> None:
    one = read(**changes)
    assert one.draft is None
    assert deviations(one)[-1] == expected


def test_tags_and_languages_that_are_not_read_are_named() -> None:
    one = read(TagIds=["traffic-event:closure", "traffic-event:caution"], Detail={"de": {"Title": "Gesperrt"}})
    assert one.draft is not None
    assert one.draft.properties.kind == "closure"
    assert deviations(one) == ["the tag traffic-event:caution is not read", "the text is not in Italian but in: de"]


@pytest.mark.parametrize("content", [b"", b"[", b"{}", b'{"Items": 3}', b"[" * 100_000])
def test_a_document_that_is_no_list_is_rejected(content: bytes) -> None:
    with pytest.raises(ImportRejected):
        read_open_data_hub(content, ROME)
