"""Situations in memory."""

from contextlib import closing
from pathlib import Path

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.conflicts.shape import Box
from gateway.situation.lifecycle.actions import Publish
from gateway.situation.lifecycle.transitions import publish
from tests.centre.situation.store_contract import commented, published, recorded
from tests.situation.examples import PUBLIACQUA, ROME, accident, occasion


def test_they_are_those_of_the_store_after_each_refresh_whoever_writes(tmp_path: Path) -> None:
    file = tmp_path / "situations.sqlite"
    present = PresentSituations(ROME)
    with closing(SqliteSituations(file)) as store, closing(SqliteSituations(file)) as other:
        first = published("b")
        store.append(first)
        present.refresh(store)
        assert [one.situation.id for one in present.after("")] == ["b"]
        later = commented(first.situation, "testo")
        other.append(later)
        other.append(published("a"))
        assert present.get("a") is None
        present.refresh(store)
        assert [one.situation for one in present.after("")] == [published("a").situation, later.situation]
        assert [one.situation.id for one in present.after("a")] == ["b"]
        assert present.number == 3


def test_one_that_was_loaded_newer_than_its_entry_stays_newer(tmp_path: Path) -> None:
    """An entry may be written between the reading of the newest number and that of the situations."""
    with closing(SqliteSituations(tmp_path / "situations.sqlite")) as store:
        first = published("b")
        store.append(first)
        later = commented(first.situation, "testo")
        store.append(later)
        present = PresentSituations(ROME)
        present.refresh(store)
        present.number = 0
        present.refresh(store)
        found = present.get("b")
        assert found is not None
        assert found.situation == later.situation


def test_each_has_its_rectangle_and_its_time(tmp_path: Path) -> None:
    with closing(SqliteSituations(tmp_path / "situations.sqlite")) as store:
        store.append(published("disegnato"))
        action = Publish(id="senza", content=accident(), geometry=None)
        store.append(recorded(action, publish(action, occasion(PUBLIACQUA))))
        present = PresentSituations(ROME)
        present.refresh(store)
        drawn, other = present.after("")
    assert drawn.box == Box(11.095, 43.88, 11.096, 43.8805)
    assert other.box is None
    assert (drawn.span.to_ms - drawn.span.from_ms) == 4 * 86_400_000
