"""What follows from all situations as they are."""

from msgspec.structs import replace

from gateway.centre.situation.room_index import RoomIndex
from gateway.model.instants import ms_of_iso
from gateway.situation.lifecycle.actions import Cancel
from tests.centre.situation.test_service import ROOM_RULES
from tests.situation.examples import CITELUM, PUBLIACQUA, done, published, works

DIG = published(works())
OTHER = replace(published(works(), CITELUM), id="scavo-2")


def test_what_is_in_the_way_and_who_could_dig_together_is_found_both_ways() -> None:
    index = RoomIndex(ROOM_RULES, [DIG, OTHER])
    assert [one.other for one in index.conflicts_of(DIG)] == ["scavo-2"]
    assert [one.other for one in index.opportunities_of(OTHER)] == ["scavo-1"]


def test_what_is_cancelled_is_in_nobody_s_way_and_never_due() -> None:
    index = RoomIndex(ROOM_RULES, [DIG, OTHER])
    index.put(done(OTHER, (CITELUM, Cancel("rinviato"))))
    assert index.conflicts_of(DIG) == []
    index.put(done(DIG, (PUBLIACQUA, Cancel("rinviato"))))
    assert index.next_due_ms() is None


def test_what_is_due_is_listed_from_when_it_is() -> None:
    index = RoomIndex(ROOM_RULES, [OTHER, DIG])
    due_ms = ms_of_iso("2026-11-10T00:00:00+01:00")
    assert index.next_due_ms() == due_ms
    assert index.due(due_ms - 1) == []
    assert index.due(due_ms) == ["scavo-1", "scavo-2"]
