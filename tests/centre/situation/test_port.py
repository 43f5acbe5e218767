"""What the history has."""

import msgspec

from gateway.centre.situation.port import RecordedAction
from gateway.situation.lifecycle.parties import Actor
from tests.centre.situation.store_contract import published


def test_an_entry_says_who_did_what_and_is_read_as_it_was_written() -> None:
    entry = published(request="7")
    assert entry.actor == Actor("publiacqua", "anna")
    assert msgspec.json.decode(msgspec.json.encode(entry), type=RecordedAction) == entry
