"""Announced works."""

from datetime import UTC, datetime

import msgspec
import pytest

from gateway.alarms.works import KnownWorks, announced_works
from gateway.model.messages import RoomWorks, RoomWorksMessage
from gateway.model.site.alarms import WorksSettings


def ms_of(instant: datetime) -> int:
    return round(1000 * instant.timestamp())


HALF_PAST_8_MS = ms_of(datetime(2026, 12, 1, 8, 30, tzinfo=UTC))


def room(*works: RoomWorks) -> bytes:
    return msgspec.json.encode(RoomWorksMessage(1, list(works)))


def works(name: str, begins: str, ends: str, *assets: str) -> WorksSettings:
    return WorksSettings(name=name, begins=begins, ends=ends, assets=list(assets))


def test_their_times_are_those_of_the_site_on_both_sides_of_a_change_to_summer_time() -> None:
    (one,) = announced_works([works("w", "2026-03-28T08:00", "2026-03-29T18:00", "qe-1")], "Europe/Rome")
    assert one.begins_ms == ms_of(datetime(2026, 3, 28, 7, tzinfo=UTC))
    assert one.ends_ms == ms_of(datetime(2026, 3, 29, 16, tzinfo=UTC))


@pytest.mark.parametrize(("minute", "lasting"), [(-1, set()), (0, {"qe-1", "gw-1"}), (59, {"qe-1", "gw-1"}), (60, set())])
def test_they_affect_their_assets_from_their_beginning_until_their_end(minute: int, lasting: set[str]) -> None:
    found = announced_works([works("w", "2026-12-01T08:00", "2026-12-01T09:00", "qe-1", "gw-1")], "UTC")
    assert set(KnownWorks(found).by_subject(found[0].begins_ms + 60_000 * minute)) == lasting


def test_of_several_those_that_end_last_count() -> None:
    hour, day = works("hour", "2026-12-01T08:00", "2026-12-01T09:00", "qe-1"), works("day", "2026-12-01T00:00", "2026-12-02T00:00", "qe-1")
    for settings in ([hour, day], [day, hour]):
        found = announced_works(settings, "UTC")
        assert [one.name for one in KnownWorks(found).by_subject(HALF_PAST_8_MS)["qe-1"]] == ["day", "hour"]


def test_works_of_the_room_come_after_those_of_the_site_file_and_are_forgotten_when_they_are_no_longer_published() -> None:
    known = KnownWorks(announced_works([works("hour", "2026-12-01T08:00", "2026-12-01T09:00", "qe-1")], "UTC"))
    dug = RoomWorks("scavo-1", "2026-12-01T08:00:00Z", "2026-12-03T00:00:00Z", ["qe-1", "qe-2"], ["citelum"])
    known.hear_room(room(dug))
    found = known.by_subject(HALF_PAST_8_MS)
    assert {subject: [one.name for one in those] for subject, those in found.items()} == {"qe-1": ["hour", "scavo-1"], "qe-2": ["scavo-1"]}
    assert (found["qe-2"][0].in_room, found["qe-2"][0].operators) == (True, frozenset({"citelum"}))
    known.hear_room(room())
    assert set(known.by_subject(HALF_PAST_8_MS)) == {"qe-1"}
    known.hear_room(room(dug))
    known.hear_room(b"")
    assert set(known.by_subject(HALF_PAST_8_MS)) == {"qe-1"}


@pytest.mark.parametrize("payload", [b"[]", b"{", b"[" * 100_000, room(RoomWorks("w", "yesterday", "tomorrow", ["qe-1"]))])
def test_what_is_no_message_of_the_room_changes_nothing(payload: bytes) -> None:
    known = KnownWorks([])
    known.hear_room(room(RoomWorks("scavo-1", "2026-12-01T08:00:00Z", "2026-12-03T00:00:00Z", ["qe-1"])))
    with pytest.raises(ValueError):  # noqa: PT011 — the role ignores whatever it is
        known.hear_room(payload)
    assert set(known.by_subject(HALF_PAST_8_MS)) == {"qe-1"}
