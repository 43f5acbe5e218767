"""Boards and changes that are made once for all pages of an organisation."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.situation.lifecycle.actions import AddComment, Publish
from gateway.web.situation.callers import Caller
from gateway.web.situation.pages import shared_board
from gateway.web.situation.pages.shared_board import MadeEvent, SharedBoards
from tests.situation.examples import COMUNE, NOW_MS, PUBLIACQUA, ROME, VIA_ROMA, works
from tests.web.situation.served import ROOM_RULES

ANNA, ROSA, LUCA = (
    Caller("publiacqua", "anna", True, lambda: True),
    Caller("publiacqua", "rosa", False, lambda: True),
    Caller("comune", "luca", True, lambda: True),
)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SituationService]:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    found = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    found.do("scavo-1", Publish(id="scavo-1", content=works(), geometry=VIA_ROMA), PUBLIACQUA, NOW_MS)
    yield found
    found.close()


def data_of(made: MadeEvent) -> dict[str, object]:
    assert made.event is not None
    found: dict[str, object] = msgspec.json.decode(made.event.plain.partition(b"data: ")[2])
    return found


def test_a_board_is_made_once_for_those_who_may_do_the_same(service: SituationService) -> None:
    boards = SharedBoards(PresentSituations(ROME))
    first = boards.board(ANNA, service)
    assert boards.board(Caller("publiacqua", "piero", True, lambda: True), service) is first
    assert data_of(boards.board(ROSA, service))["may_act"] is False
    assert data_of(boards.board(LUCA, service))["organisation"] == "comune"
    service.do("scavo-1", AddComment("letto"), COMUNE, NOW_MS)
    assert boards.board(ANNA, service).number == first.number + 1


def test_a_board_is_made_again_after_a_while(service: SituationService, monkeypatch: pytest.MonkeyPatch) -> None:
    boards = SharedBoards(PresentSituations(ROME))
    first = boards.board(ANNA, service)
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS + 61_000)
    assert boards.board(ANNA, service) is not first
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS - 1)  # the clock was set back
    assert data_of(boards.board(ANNA, service))["now_ms"] == NOW_MS - 1


def test_boards_that_are_too_large_together_are_forgotten(service: SituationService, monkeypatch: pytest.MonkeyPatch) -> None:
    boards = SharedBoards(PresentSituations(ROME))
    first = boards.board(ANNA, service)
    monkeypatch.setattr(shared_board, "_KEPT_BYTES", 1)
    boards.board(LUCA, service)
    assert boards.board(ANNA, service) is not first


def test_a_change_is_made_once_for_those_who_have_come_as_far(service: SituationService) -> None:
    boards = SharedBoards(PresentSituations(ROME))
    assert boards.change(ANNA, 1, service) == (1, None)
    service.do("scavo-1", AddComment("letto"), COMUNE, NOW_MS)
    first = boards.change(ANNA, 1, service)
    assert first.number == 2
    assert boards.change(ANNA, 1, service) is first
    assert boards.change(LUCA, 1, service) is not first
    assert boards.change(ANNA, 2, service) == (2, None)
    assert boards.change(ANNA, 0, service).number == 2
