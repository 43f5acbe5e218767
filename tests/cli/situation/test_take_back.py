"""`gateway situation take-back`."""

from tests.cli.situation.room import ANNA, LUCA, Room


def test_a_mistake_is_taken_back_by_whoever_made_it(room: Room) -> None:
    room("cancel", "scavo-1", *ANNA, "--reason", "errore")
    assert room("take-back", "scavo-1", *LUCA).exit_code == 1
    assert room("take-back", "scavo-1", *ANNA).output == "scavo-1: version 3, proposed\n"
    assert "there is nothing to take back" in room("take-back", "scavo-1", *ANNA).output
