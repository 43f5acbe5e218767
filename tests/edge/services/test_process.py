"""The last records of the log; the restart, by which the process ends as systemd ends it."""

import asyncio
import logging
import os
import signal
from pathlib import Path

import pytest

from gateway.edge.services import process as module
from gateway.edge.services.process import LocalLog, LocalRestart, LogRing
from gateway.web.technician.upkeep_routes import LoggedRecord
from tests.edge.running import running_gateway

logger = logging.getLogger("tests.street")


@pytest.fixture(autouse=True)
def info_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")


async def test_records_of_a_level_and_above_are_kept_in_order_until_it_is_closed() -> None:
    log = LocalLog()
    logger.info("lamp %d on", 7)
    logger.warning("door open")
    logger.debug("nobody wants to know")
    found = log.records("info", 0)
    assert [(one.level, one.logger, one.message) for one in found] == [
        ("info", "tests.street", "lamp 7 on"),
        ("warning", "tests.street", "door open"),
    ]
    assert log.records("warning", 0) == found[1:] == log.records("info", found[0].number)
    await log.close()
    logger.error("too late")
    assert log.records("info", 0) == found


def test_only_the_last_records_are_kept_and_long_ones_are_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    ring = LogRing()
    for number in range(module._RECORDS_MOST + 5):
        ring.handle(logging.LogRecord("street", logging.INFO, "", 0, "%d " + "x" * 5000, (number,), None))
    found = ring.records(logging.INFO, 0)
    assert len(found) == module._RECORDS_MOST
    assert (found[0].number, found[-1].number) == (6, module._RECORDS_MOST + 5)
    assert len(found[-1].message) == module._CHARACTERS_MOST


def test_a_traceback_is_part_of_the_message() -> None:
    ring = LogRing()
    try:
        _ = 1 // 0
    except ZeroDivisionError as error:
        ring.handle(logging.LogRecord("street", logging.ERROR, "", 0, "failed", (), (type(error), error, error.__traceback__)))
    assert "ZeroDivisionError: integer division" in ring.records(logging.ERROR, 0)[0].message


async def test_the_log_of_a_running_gateway_is_served(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        logger.warning("door open")
        found = await asyncio.to_thread(local.get, "/api/log?level=warning", list[LoggedRecord])
        assert "door open" in [one.message for one in found]
        kind, records = await asyncio.to_thread(lambda: next(local.events("/api/log/events")))
        assert kind == "records"
        assert "door open" in [one["message"] for one in records]


def test_it_ends_the_process_by_the_signal_of_an_orderly_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr(os, "kill", lambda *what: sent.append(what))
    LocalRestart("gw-1").stop()
    assert sent == [(os.getpid(), signal.SIGTERM)]


def test_only_a_service_of_systemd_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("INVOCATION_ID", raising=False)
    assert not LocalRestart("gw-1").supervised
    monkeypatch.setenv("INVOCATION_ID", "0123456789abcdef")
    assert LocalRestart("gw-1").supervised
