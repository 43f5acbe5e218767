"""What becomes of requests."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.situation.exchange.answering import Requester, answer_to
from gateway.centre.situation.exchange.outgoing import messages_since
from tests.centre.situation.exchange.test_outgoing import DIRECTORY, Desk
from tests.centre.situation.exchange.town import publish, request
from tests.situation.examples import NOW_MS, works

PUBLIACQUA = Requester("publiacqua", frozenset({"anna"}))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.service.close()


def test_who_asks_is_in_the_history(desk: Desk) -> None:
    assert answer_to(desk.service, PUBLIACQUA, publish("1", works(), by="anna"), NOW_MS).done
    assert answer_to(desk.service, PUBLIACQUA, request("2", {"type": "comment", "text": "x"}, "publiacqua-scavo-1"), NOW_MS).done
    assert [(one.recorded.organisation, one.recorded.person) for one in desk.service.history("publiacqua-scavo-1")] == [
        ("publiacqua", "anna"), ("publiacqua", ""),
    ]  # fmt: skip


def test_works_that_are_announced_late_are_done_with_a_warning(desk: Desk) -> None:
    late = works(timing={"planned_start": "2026-11-05", "planned_end": "2026-11-06"})
    answer = answer_to(desk.service, PUBLIACQUA, publish("1", late), NOW_MS)
    assert answer.done
    assert [one.it for one in answer.warnings] == ["annuncio tardivo: l'ultimo giorno per lavori di questa categoria era il 2026-10-22"]


def test_an_old_version_is_refused_with_the_newest(desk: Desk) -> None:
    answer_to(desk.service, PUBLIACQUA, publish("1", works()), NOW_MS)
    answer = answer_to(desk.service, Requester("comune", frozenset()), request("1", {"type": "acknowledge", "answer": "seen", "version": 9}, "publiacqua-scavo-1"), NOW_MS)  # fmt: skip
    assert [one.en for one in answer.reasons] == ["publiacqua-scavo-1 has version 1, this is about version 9: read it again"]


def test_what_is_refused_leaves_nothing_behind(desk: Desk) -> None:
    assert not answer_to(desk.service, PUBLIACQUA, publish("1", works(), by="rosa"), NOW_MS).done
    assert not answer_to(desk.service, PUBLIACQUA, request("1", {"type": "confirm"}, "publiacqua-scavo-1"), NOW_MS).done
    assert messages_since(desk.store, DIRECTORY, 0, 10) == []
