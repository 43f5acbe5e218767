"""The registry of boards."""

import pytest

from dashboards import boards
from dashboards.panels import Panel, table
from dashboards.registry import BOARDS, RegisteredBoard, board


def test_every_module_of_boards_is_registered() -> None:
    assert {one.panels.__module__.rpartition(".")[2] for one in BOARDS} == set(boards.__all__)


def test_a_board_is_rendered_under_its_uid_and_title() -> None:
    made = RegisteredBoard("x", "Title", lambda: [table("t", "d", "q")])
    assert made.file_name == "x.json"
    rendered = made.render()
    assert (rendered["uid"], rendered["title"], [panel["title"] for panel in rendered["panels"]]) == ("x", "Title", ["t"])


def test_two_boards_can_not_have_the_same_uid() -> None:
    def panels() -> list[Panel]:
        return []

    before = list(BOARDS)
    with pytest.raises(ValueError, match="two boards have the uid 'street'"):
        board("street", "Another street")(panels)
    assert before == BOARDS
