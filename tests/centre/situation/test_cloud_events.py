"""The CloudEvents that recipients are sent."""

import pytest

from gateway.centre.situation.cloud_events import event_of, source_of
from gateway.centre.situation.port import HistoryEntry
from gateway.situation.audience import feature_of
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
