"""What the commands share: who may act, and what is reported."""

from pathlib import Path

import pytest

from tests.cli.situation.room import ANNA, LUCA, Room, later


@pytest.mark.parametrize(
    ("who", "sentence"),
    [
        (("--as", "publiaqua", "--by", "anna"), "unknown organisation 'publiaqua'; did you mean 'publiacqua'?"),
        (("--as", "publiacqua", "--by", "luca"), "'luca' is not one of the people of publiacqua"),
        (("--as", "publiacqua", "--by", "rosa"), "'rosa' may only read: only an 'editor' of publiacqua publishes, changes and answers"),
    ],
)
def test_only_people_of_the_site_file_act_for_an_organisation(room: Room, who: tuple[str, ...], sentence: str) -> None:
    done = room("end", "scavo-1", *who)
    assert done.exit_code == 1
    assert sentence in done.output


def test_what_is_refused_is_said_in_the_language_of_the_person(room: Room) -> None:
    assert room("end", "scavo-1", *ANNA).output == "gateway: can't end scavo-1: it is proposed\n"
    assert room("end", "scavo-1", *ANNA, language="it_IT.UTF-8").output == "gateway: non si può terminare scavo-1: è proposto\n"


def test_a_site_without_a_situation_room_is_told_what_to_add(room: Room, tmp_path: Path) -> None:
    (tmp_path / "centre.yaml").write_text("site: prato\ncentre: {broker: 'mqtt://127.0.0.1:1', store: {history: {path: h.sqlite}}}\n")
    assert "the site file describes no Situation Room: add 'centre.situation'" in room("list").output


def test_a_file_that_is_no_database_is_reported(room: Room, tmp_path: Path) -> None:
    (tmp_path / "situations.sqlite-wal").unlink(missing_ok=True)
    (tmp_path / "situations.sqlite").write_bytes(b"nonsense" * 1000)
    done = room("list")
    assert (done.exit_code, "situations.sqlite: file is not a database" in done.output) == (1, True)


def test_every_command_first_does_what_time_has_brought(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    later(monkeypatch, 10)
    assert "planned" in room("list").output, "accepted by silence"
    later(monkeypatch, 29.5)
    assert "proposed, start unconfirmed" in room("list").output
    assert room("confirm", "scavo-1", "--begun", *ANNA).output == "scavo-1: version 4, active\n"
    later(monkeypatch, 40)
    assert "active, overrunning" in room("list").output
    assert room("ack", "scavo-1", "seen", *LUCA, language="it").output == "scavo-1: versione 5, in corso, oltre il termine\n"
