"""What every store of situations does: a store's tests inherit from this, and say how one is opened."""

import subprocess
import sys
from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gateway.centre.situation.port import RecordedAction, RevisionTaken, SituationStore
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Publish, SituationAction
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.lifecycle.transitions import apply, publish
from tests.situation.examples import CITELUM, NOW_MS, PUBLIACQUA, VIA_ROMA, occasion, works


def recorded(action: SituationAction, situation: Situation, actor: Actor = PUBLIACQUA, request: str | None = None) -> RecordedAction:
    return RecordedAction(
        organisation=actor.organisation, person=actor.person, at_ms=NOW_MS, action=action, situation=situation, request=request
    )


def published(name: str = "scavo-1", request: str | None = None) -> RecordedAction:
    action = Publish(id=name, content=works(severity="unheard_of"), geometry=VIA_ROMA)
    return recorded(action, publish(action, occasion(PUBLIACQUA)), request=request)


def commented(before: Situation, text: str, request: str | None = None) -> RecordedAction:
    action = AddComment(text)
    return recorded(action, apply(before, action, occasion(CITELUM)), CITELUM, request)


class StoreContract(ABC):
    """The contract."""

    @abstractmethod
    def opened(self, folder: Path) -> SituationStore:
        """Open the store that is in a folder, or for it."""

    @abstractmethod
    def in_words(self, folder: Path) -> str:
        """Return an expression that opens the same store in another process."""

    def test_what_was_written_is_read_from_the_same_and_from_another_connection(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            entry = published()
            number = store.append(entry)
            with closing(self.opened(tmp_path)) as other:
                for one in (store, other):
                    assert one.get("scavo-1") == entry.situation
                    assert one.present() == [entry.situation]
                    assert one.history("scavo-1") == [(number, entry)]
                    assert one.since(0, 10) == [(number, entry)]

    def test_what_is_not_there_is_not_found(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            assert store.get("scavo-1") is None
            assert store.history("scavo-1") == []
            assert store.of_request("publiacqua", "1") is None
            assert store.present() == []

    def test_of_two_who_change_a_situation_at_the_same_time_one_must_try_again(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store, closing(self.opened(tmp_path)) as other:
            first = published()
            store.append(first)
            store.append(commented(first.situation, "uno"))
            with pytest.raises(RevisionTaken):
                other.append(commented(first.situation, "due"))
            present = other.get("scavo-1")
            assert present is not None
            other.append(commented(present, "due"))
            assert [one.text for one in (store.get("scavo-1") or first.situation).comments] == ["uno", "due"]

    def test_no_revision_is_left_out_and_none_is_written_twice(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            first = published()
            later = commented(first.situation, "prima")
            with pytest.raises(RevisionTaken):
                store.append(later)
            store.append(first)
            with pytest.raises(RevisionTaken):
                store.append(first)
            assert len(store.since(0, 10)) == 1

    def test_a_request_is_done_once_and_found_again(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            number = store.append(published(request="7"))
            with pytest.raises(RevisionTaken):
                store.append(published("scavo-2", request="7"))
            assert store.get("scavo-2") is None, "all or nothing"
            found = store.of_request("publiacqua", "7")
            assert found is not None
            assert (found.number, found.recorded.situation.id) == (number, "scavo-1")
            first = found.recorded.situation
            store.append(commented(first, "altro", request="7"))
            assert store.of_request("citelum", "7") is not None, "numbers of requests are the organisation's own"

    def test_everything_has_a_number_that_only_goes_up(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            situation = published()
            store.append(situation)
            store.append(published("altro"))
            present = situation.situation
            for text in ("uno", "due", "tre"):
                entry = commented(present, text)
                store.append(entry)
                present = entry.situation
            numbers = [one.number for one in store.since(0, 100)]
            assert numbers == sorted(set(numbers))
            assert store.since(numbers[1], 2) == store.since(0, 100)[2:4]
            assert store.since(numbers[-1], 100) == []
            assert store.of_revision("scavo-1", 3) == store.history("scavo-1")[2]
            assert store.of_revision("scavo-1", 5) is None
            assert [one.recorded.situation.revision for one in store.history("scavo-1")] == [1, 2, 3, 4]

    def test_the_newest_number_is_that_of_the_last_entry(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            assert store.newest() == 0
            numbers = [store.append(published()), store.append(published("altro"))]
            assert store.newest() == numbers[-1]

    def test_the_position_of_each_reader_is_kept(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store:
            assert store.position("mqtt") is None
            store.save_position("mqtt", 0)
            store.save_position("webhook", 7)
            store.save_position("mqtt", 5)
            with closing(self.opened(tmp_path)) as other:
                assert [other.position(one) for one in ("mqtt", "webhook", "nobody")] == [5, 7, None]

    def test_who_waits_is_woken_by_what_another_connection_writes(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store, closing(self.opened(tmp_path)) as waiting, ThreadPoolExecutor() as threads:
            assert not waiting.wait(0, 0.0)
            found = threads.submit(waiting.wait, 0, 60.0)
            number = store.append(published())
            assert found.result()
            assert waiting.wait(number - 1, 60.0), "it is there already"
            assert not waiting.wait(number, 0.0)
            store.save_position("mqtt", number)
            assert not waiting.wait(number, 0.3), "a position is nothing that was done"

    def test_actions_that_are_written_together_are_durable_afterwards(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)) as store, closing(self.opened(tmp_path)) as other:
            first = published()
            with store.together():
                store.append(first)
                store.append(commented(first.situation, "uno", request="1"))
                assert store.of_request("citelum", "1") is not None
                with pytest.raises(RevisionTaken):
                    store.append(commented(first.situation, "due"))
                store.append(published("terzo", request="1"))
                with pytest.raises(RevisionTaken):
                    store.append(published("altro", request="1"))
            assert [one.recorded.situation.revision for one in other.history("scavo-1")] == [1, 2]
            assert other.get("altro") is None
            store.append(published("altro"))
            assert other.newest() == store.newest()

    def test_what_was_confirmed_survives_a_kill(self, tmp_path: Path) -> None:
        with closing(self.opened(tmp_path)):
            pass
        code = f"from tests.centre.situation.store_contract import write_for_ever\nwrite_for_ever({self.in_words(tmp_path)})"
        with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[3]) as writer:
            assert writer.stdout is not None
            confirmed = [int(writer.stdout.readline()) for _ in range(25)]
            writer.kill()
            confirmed += [int(line) for line in writer.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        with closing(self.opened(tmp_path)) as store:
            entries = store.history("scavo-1")
            assert [one.number for one in entries][: len(confirmed)] == confirmed
            assert len(entries) <= len(confirmed) + 1
            assert [one.recorded.situation.revision for one in entries] == list(range(1, len(entries) + 1))
            assert store.get("scavo-1") == entries[-1].recorded.situation


def write_for_ever(store: SituationStore) -> None:
    """Write answers, and print the number of each that is confirmed, until the process is killed."""
    entry = published()
    seen = Acknowledge("seen", 1)
    while True:
        print(store.append(entry), flush=True)
        entry = recorded(seen, apply(entry.situation, seen, occasion(CITELUM)), CITELUM)
