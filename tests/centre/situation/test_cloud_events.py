"""The CloudEvents that recipients are sent."""

import msgspec
import pytest
from msgspec.structs import replace

from gateway.centre.situation.cloud_events import MOST_EVENT_BYTES, event_of, fitting, source_of
from gateway.centre.situation.port import HistoryEntry
from gateway.situation.audience import feature_of
from gateway.situation.event.document import Acknowledgement, Comment
from tests.centre.situation.store_contract import published


@pytest.mark.parametrize(("recipient", "source"), [(None, "/prato/v1/sr/public"), ("cap", "/prato/v1/sr/org/cap")])
def test_an_event_has_the_number_of_its_entry_and_says_for_whom_it_is(recipient: str | None, source: str) -> None:
    entry = HistoryEntry(42, published())
    event = event_of("prato", recipient, entry, feature_of(entry.recorded.situation))
    assert (event.id, event.sequence, event.subject, event.source) == ("42", "0000000000000042", "scavo-1", source)
    assert event.time == "2026-11-02T08:00:00.000Z"
    assert source_of("prato", recipient) == source


def test_the_numbers_of_events_are_in_the_order_of_texts() -> None:
    entry = published()
    events = [event_of("prato", None, HistoryEntry(number, entry), feature_of(entry.situation)) for number in (9, 10, 100, 10**12)]
    assert sorted(one.sequence for one in events) == [one.sequence for one in events]


def test_a_situation_with_many_long_comments_keeps_the_newest_that_fit() -> None:
    situation = published().situation
    comments = tuple(
        Comment(organisation="cap", time="2026-11-02T09:00:00Z", text=f"{number} " + "\N{WORLD MAP}" * 3900) for number in range(200)
    )
    seen = feature_of(replace(situation, comments=comments))
    fits = fitting(seen).properties.comments
    assert len(msgspec.json.encode(fitting(seen))) <= MOST_EVENT_BYTES
    assert 20 < len(fits) < 200
    assert fits == comments[-len(fits) :]
    assert fitting(feature_of(situation)) == feature_of(situation)


def test_answers_of_many_keep_their_meaning_without_their_notes() -> None:
    answers = tuple(
        Acknowledgement(organisation=f"o-{number}", answer="objected", version=1, time="2026-11-02T09:00:00Z", note="\N{WORLD MAP}" * 4000)
        for number in range(60)
    )
    fits = fitting(feature_of(replace(published().situation, acknowledgements=answers)))
    assert len(msgspec.json.encode(fits)) <= MOST_EVENT_BYTES
    assert [(one.organisation, one.answer) for one in fits.properties.acknowledgements] == [
        (one.organisation, "objected") for one in answers
    ]
