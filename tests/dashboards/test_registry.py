"""The registry of boards."""

import pytest

from dashboards import boards
from dashboards.documents import Say, Settings
from dashboards.panels import Panel, number
from dashboards.registry import BOARDS, RegisteredBoard, board


def test_every_module_of_boards_is_registered() -> None:
    assert {one.panels.__module__.rpartition(".")[2] for one in BOARDS} == set(boards.__all__)


def test_a_board_is_rendered_in_each_language_under_its_uid_and_title() -> None:
    made = RegisteredBoard("x", "Title", "Titolo", lambda say: [number(say("a", "b"), "d", "q")], lambda _: Settings())
    assert [made.file_name("en"), made.file_name("it")] == ["en/x.json", "it/x.json"]
    rendered = made.render("it")
    assert (rendered["uid"], rendered["title"], [panel["title"] for panel in rendered["panels"]]) == ("street-x-it", "Titolo", ["b"])
    assert len(rendered["links"]) == len(BOARDS)


def test_two_boards_can_not_have_the_same_name() -> None:
    def panels(_: Say) -> list[Panel]:
        return []

    before = list(BOARDS)
    with pytest.raises(ValueError, match="two boards have the name 'city'"):
        board("city", "Another city", "Un'altra città", lambda _: Settings())(panels)
    assert before == BOARDS
