"""`gateway situation cancel`."""

from tests.cli.situation.room import ANNA, LUCA, MARIO, Room


def test_the_owner_cancels_with_the_reason(room: Room) -> None:
    assert room("cancel", "scavo-1", *ANNA, "--reason", "rinviato").output == "scavo-1: version 2, cancelled\n"
    assert "publiacqua: rinviato" in room("show", "scavo-1").output


def test_the_authority_may_cancel_and_others_may_not(room: Room) -> None:
    assert room("cancel", "scavo-1", *MARIO, "--reason", "no").exit_code == 1
    assert room("cancel", "scavo-1", *LUCA, "--reason", "ordinanza revocata").exit_code == 0
