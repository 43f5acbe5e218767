"""`gateway situation end`."""

from tests.cli.situation.room import ANNA, LUCA, Room


def test_active_works_end(room: Room) -> None:
    room("ack", "scavo-1", "accepted", *LUCA)
    room("confirm", "scavo-1", *ANNA, "--begun", "--at", "2026-11-02T08:00:00+01:00")
    assert room("end", "scavo-1", *ANNA, "--at", "2026-11-02T08:30:00+01:00").output == "scavo-1: version 4, ended\n"
    assert "actual from 2026-11-02T08:00:00+01:00 to 2026-11-02T08:30:00+01:00" in room("show", "scavo-1").output


def test_others_do_not_end_them(room: Room) -> None:
    assert room("end", "scavo-1", *LUCA).output == "gateway: comune may not end scavo-1\n"
