"""Logs: JSON under systemd, lines for people elsewhere."""

import io
import json
import logging
from collections.abc import Iterator

import pytest

from gateway.host import logs


@pytest.fixture(autouse=True)
def restored_logging() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = handlers, level


class Terminal(io.StringIO):
    """A stream that is a terminal."""

    def isatty(self) -> bool:
        return True


def test_under_systemd_a_log_line_is_a_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    logs.set_up(stream=out)
    logging.getLogger("gateway.x").warning("line %s: silent", "panel")
    found = json.loads(out.getvalue())
    assert (found["level"], found["logger"], found["message"]) == ("warning", "gateway.x", "line panel: silent")
    assert found["time"].endswith("Z")


def test_an_exception_is_part_of_the_json_object(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.StringIO()
    monkeypatch.setenv("JOURNAL_STREAM", "8:1234")
    logs.set_up(stream=out)
    try:
        _ = 1 // 0
    except ZeroDivisionError:
        logging.getLogger("gateway.x").exception("failed")
    assert "ZeroDivisionError: integer division" in json.loads(out.getvalue())["exception"]


def test_elsewhere_a_log_line_is_for_people_and_debug_messages_are_only_for_developers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    out = io.StringIO()
    logs.set_up(stream=out)
    logging.getLogger("gateway.x").warning("line %s: silent", "panel")
    logging.getLogger("gateway.x").info("started")
    logging.getLogger("gateway.x").debug("details")
    assert [line[9:] for line in out.getvalue().splitlines()] == ["warning: line panel: silent", "started"]
    out = io.StringIO()
    logs.set_up(verbose=True, stream=out)
    logging.getLogger("gateway.x").debug("details")
    assert out.getvalue()[9:] == "debug: details\n"


def test_colours_are_only_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    logs.set_up(stream=out)
    logging.getLogger("x").error("bad")
    assert out.getvalue().startswith("\x1b[31m")
    monkeypatch.setenv("NO_COLOR", "1")
    out = Terminal()
    logs.set_up(stream=out)
    logging.getLogger("x").error("bad")
    assert "\x1b" not in out.getvalue()
