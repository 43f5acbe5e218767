"""What changes for a recipient."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.centre.situation import changes as module
from gateway.centre.situation.changes import ChangeReader, Exercises, is_wanted
from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import RoomRules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Publish, Update
from tests.situation.examples import COMUNE, NOW_MS, PUBLIACQUA, ROME, RULES, TOWN, VIA_ROMA, accident, published, works


class Street:
    """A service, and a reader of its changes."""

    def __init__(self, folder: Path) -> None:
        self.service = SituationService(SqliteSituations(folder / "situations.sqlite"), RoomRules(TOWN, RULES, ConflictRules()))
        self.reader = ChangeReader(PresentSituations(ROME), TOWN)

    def publish(self, name: str, said: Any = None) -> None:
        self.service.do(name, Publish(id=name, content=said or works(), geometry=VIA_ROMA), PUBLIACQUA, NOW_MS)

    def read(self, recipient: str | None, number: int, exercises: Exercises = "exclude") -> tuple[int, list[tuple[int, str, bool]]]:
        batch = self.reader.read(self.service.store, recipient, number, exercises)
        return batch.last, [(one.number, one.situation, one.seen is not None) for one in batch.changes]


@pytest.fixture
def street(tmp_path: Path) -> Iterator[Street]:
    found = Street(tmp_path)
    yield found
    found.service.close()


def test_each_situation_comes_once_with_the_number_of_its_last_change(street: Street) -> None:
    for name in ("scavo-1", "scavo-2"):
        street.publish(name)
    street.service.do("scavo-1", AddComment("uno"), COMUNE, NOW_MS)
    street.service.do("scavo-1", Acknowledge("seen", 1), COMUNE, NOW_MS)
    assert street.read("citelum", 0) == (4, [(2, "scavo-2", True), (4, "scavo-1", True)])
    assert street.read("citelum", 2) == (4, [(4, "scavo-1", True)])
    assert street.read("citelum", 4) == (4, [])
    assert street.read("cap", 0) == (4, []), "what it may not see is passed over"
    assert street.read(None, 0) == (4, [])


def test_what_nobody_sees_differently_is_no_change(street: Street) -> None:
    street.publish("incidente-1", accident())
    street.service.do("incidente-1", AddComment("testo"), COMUNE, NOW_MS)
    assert street.read(None, 1) == (2, []), "the public sees no comments"
    assert street.read("publiacqua", 1) == (2, [(2, "incidente-1", True)])


def test_an_old_version_is_never_sent_to_who_may_not_see_the_situation_any_more(street: Street) -> None:
    street.publish("scavo-1")
    street.service.do("scavo-1", Update(content=works(audience={}), geometry=VIA_ROMA, version=1), PUBLIACQUA, NOW_MS)
    assert street.read("citelum", 0) == (2, []), "it never had it"
    assert street.read("citelum", 1) == (2, [(2, "scavo-1", False)])


def test_batches_are_bounded_and_the_next_one_continues(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 2)
    for number in range(3):
        street.publish(f"scavo-{number}")
    assert street.read("citelum", 0)[0] == 2
    assert street.read("citelum", 2) == (3, [(3, "scavo-2", True)])


def test_a_second_reader_at_the_same_place_does_not_read_the_history_again(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    street.publish("scavo-1")
    assert street.read("citelum", 0) == street.read("comune", 0)
    monkeypatch.setattr(type(street.service.store), "of_revision", lambda *_: pytest.fail("it was read again"))
    assert street.read("publiacqua", 0) == (1, [(1, "scavo-1", True)])


@pytest.mark.parametrize(
    ("status", "exercises", "wanted"),
    [("real", "exclude", True), ("real", "include", True), ("real", "only", False),
     ("test", "exclude", False), ("test", "include", True), ("securityExercise", "only", True)],
)  # fmt: skip
def test_exercises_are_wanted_or_not(status: str, exercises: Exercises, wanted: bool) -> None:
    assert is_wanted(published(accident(information_status=status)), exercises) == wanted


def test_what_becomes_an_exercise_is_gone_for_those_who_want_none(street: Street) -> None:
    street.publish("incidente-1", accident())
    said = accident(information_status="test")
    street.service.do("incidente-1", Update(content=said, geometry=VIA_ROMA, version=1), PUBLIACQUA, NOW_MS)
    assert street.read("cap", 1) == (2, [(2, "incidente-1", False)])
    assert street.read("cap", 1, "include") == (2, [(2, "incidente-1", True)])
    assert street.read("cap", 1, "only") == (2, [(2, "incidente-1", True)])
