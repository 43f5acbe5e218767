"""The file of dead letters."""

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
