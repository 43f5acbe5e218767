"""`gateway situation ack`."""

from tests.cli.situation.room import ANNA, LUCA, MARIO, Room


def test_a_proposal_is_planned_when_the_authority_accepts_it(room: Room) -> None:
    assert room("ack", "scavo-1", "seen", *MARIO).output == "scavo-1: version 1, proposed\n"
    assert room("ack", "scavo-1", "accepted", *LUCA).output == "scavo-1: version 2, planned\n"


def test_an_objection_needs_its_reason(room: Room) -> None:
    assert room("ack", "scavo-1", "objected", *LUCA).output == "gateway: an objection needs its reason\n"


def test_an_answer_is_about_a_version(room: Room) -> None:
    assert "has version 1, this is about version 7" in room("ack", "scavo-1", "accepted", *LUCA, "--version", 7).output


def test_nobody_answers_his_own_proposal(room: Room) -> None:
    assert room("ack", "scavo-1", "accepted", *ANNA).output == "gateway: publiacqua may not acknowledge scavo-1\n"
