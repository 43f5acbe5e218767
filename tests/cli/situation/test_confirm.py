"""`gateway situation confirm`."""

from tests.cli.situation.room import ANNA, LUCA, Room


def test_planned_works_are_confirmed_and_then_have_begun(room: Room) -> None:
    room("ack", "scavo-1", "accepted", *LUCA)
    assert room("confirm", "scavo-1", *ANNA).output == "scavo-1: version 3, confirmed\n"
    assert room("confirm", "scavo-1", *ANNA, "--begun", "--at", "2026-11-02T08:00:00+01:00").output == "scavo-1: version 4, active\n"
    assert "actual from 2026-11-02T08:00:00+01:00 to ?" in room("show", "scavo-1").output


def test_a_time_is_that_of_a_start(room: Room) -> None:
    assert room("confirm", "scavo-1", *ANNA, "--at", "2026-11-02T08:00:00+01:00").exit_code == 2
    room("ack", "scavo-1", "accepted", *LUCA)
    assert "'today' is no instant" in room("confirm", "scavo-1", *ANNA, "--begun", "--at", "today").output
