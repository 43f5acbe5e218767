"""The file of dead letters."""

import sqlite3
from pathlib import Path

from gateway.centre.dead_letters import DeadLetters, LetterLimits, NewLetter


def test_the_oldest_letters_are_dropped_beyond_the_limits(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead.sqlite", LetterLimits(letters=20, bytes=1000))
    letters.add(NewLetter("line", "t", "why", bytes([n])) for n in range(50))
    assert [one.body for one in letters.letters()] == [bytes([n]) for n in range(30, 50)]
    letters.add([NewLetter("message", "t", "why", b"x" * 990)])
    kept = letters.letters()
    assert sum(len(one.body) for one in kept) <= 1000
    assert kept[-1].body == b"x" * 990
    letters.close()


def test_a_gateway_with_many_letters_loses_its_own_and_the_loss_is_counted(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead.sqlite", LetterLimits(gateway_letters=10, gateway_bytes=500))
    letters.add([NewLetter("line", "quiet", "why", b"mine")])
    letters.add(NewLetter("line", "loud", "why", bytes([n])) for n in range(200))
    letters.add(NewLetter("message", "large", "why", b"x" * 100) for n in range(8))
    assert letters.letters()[0].body == b"mine"
    assert [one.body for one in letters.letters() if one.topic == "loud"] == [bytes([n]) for n in range(190, 200)]
    assert letters.dropped() == {"large": 3, "loud": 190}
    letters.close()
    again = DeadLetters(tmp_path / "dead.sqlite", LetterLimits(gateway_letters=10, gateway_bytes=500))
    again.add([NewLetter("line", "loud", "why", b"last")])
    assert (again.count(), again.dropped()) == (16, {"large": 3, "loud": 191})
    again.close()


def test_beyond_the_limits_of_the_file_the_gateway_that_has_most_loses_first(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "dead.sqlite", LetterLimits(letters=20))
    letters.add(NewLetter("line", "quiet", "why", bytes([n])) for n in range(4))
    for n in range(40):
        letters.add([NewLetter("line", f"loud-{n % 2}", "why", b"x")])
    assert letters.count() == 20
    assert sum(one.topic == "quiet" for one in letters.letters()) == 4
    assert letters.dropped() == {"loud-0": 12, "loud-1": 12}
    letters.close()


def test_a_file_of_a_release_without_quotas_is_continued(tmp_path: Path) -> None:
    before = sqlite3.connect(tmp_path / "dead.sqlite")
    before.execute(
        "CREATE TABLE letters (id INTEGER PRIMARY KEY AUTOINCREMENT,"
        " at_ms INTEGER NOT NULL, kind TEXT NOT NULL, topic TEXT NOT NULL, reason TEXT NOT NULL, body BLOB NOT NULL)"
    )
    before.executemany(
        "INSERT INTO letters (at_ms, kind, topic, reason, body) VALUES (1, 'line', 't', 'why', ?)", [(bytes([n]),) for n in range(8)]
    )
    before.commit()
    before.close()
    letters = DeadLetters(tmp_path / "dead.sqlite", LetterLimits(gateway_letters=5))
    assert letters.count() == 8
    assert letters.drop([1, 2]) == 2
    letters.add([NewLetter("line", "t", "why", b"new")])
    assert [one.id for one in letters.letters()] == [5, 6, 7, 8, 9]
    assert letters.dropped() == {"t": 2}
    letters.close()


def test_letters_are_found_by_number_and_dropped(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "folder" / "dead.sqlite")
    letters.add([NewLetter("line", "t", "why", b"a"), NewLetter("message", "u", "because", b"b")])
    second = letters.get(2)
    assert second is not None
    assert (second.kind, second.topic, second.reason, second.body) == ("message", "u", "because", b"b")
    assert [one.body for one in letters.letters(newest=1)] == [b"b"]
    assert letters.drop([1, 7]) == 1
    assert (letters.count(), letters.get(1)) == (1, None)
    letters.close()


def test_letters_are_there_for_the_next_process_and_their_numbers_are_not_reused(tmp_path: Path) -> None:
    first = DeadLetters(tmp_path / "dead.sqlite")
    first.add([NewLetter("line", "t", "why", b"a")])
    first.drop([1])
    first.add([NewLetter("line", "t", "why", b"b")])
    first.close()
    second = DeadLetters(tmp_path / "dead.sqlite")
    assert [(one.id, one.body) for one in second.letters()] == [(2, b"b")]
    second.close()
