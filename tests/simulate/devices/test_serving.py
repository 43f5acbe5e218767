"""Responses that this process sends late are logged as late."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.simulate.devices.serving import LATE_S, Serving
from gateway.simulate.street.served_log import Fate, Served, ServedLog, ServedResponse, read_served


@asynccontextmanager
async def serving(folder: Path) -> AsyncIterator[Serving]:
    log = ServedLog(folder / "log")
    yield Serving(log)
    log.close()


def response(fate: Fate = "delivered") -> ServedResponse:
    return ServedResponse(1000, "d", fate, [Served("a", "lamp", "dim_level", 40)])


def fates(folder: Path) -> list[Fate]:
    return [one.fate for one in read_served(folder / "log")]


def block() -> None:
    """Keep the event loop from running, as a busy machine does."""
    time.sleep(LATE_S + 0.1)


async def test_a_process_that_is_late_when_a_request_arrives_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as some:
        block()
        async with some.response(response()):
            pass
    assert fates(tmp_path) == ["late"]


async def test_a_process_that_is_late_while_it_responds_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as some, some.response(response()):
        block()
        await asyncio.sleep(0.01)
    assert fates(tmp_path) == ["late"]


async def test_a_process_that_was_late_just_before_says_so(tmp_path: Path) -> None:
    async with serving(tmp_path) as some:
        block()
        await asyncio.sleep(0.1)
        async with some.response(response()):
            pass
    assert fates(tmp_path) == ["late"]


@pytest.mark.parametrize("fate", ["silent", "noise"])
async def test_what_was_not_delivered_is_not_late(fate: Fate, tmp_path: Path) -> None:
    async with serving(tmp_path) as some:
        block()
        async with some.response(response(fate)):
            pass
    assert fates(tmp_path) == [fate]


async def test_a_response_is_logged_before_it_is_sent_and_once_if_it_is_in_time(tmp_path: Path) -> None:
    async with serving(tmp_path) as some:
        for _ in range(20):  # this machine may be late by itself
            (tmp_path / "log").write_text("")
            async with some.response(response()):
                some.log.flush()
                assert fates(tmp_path) == ["delivered"]
            some.log.flush()
            if fates(tmp_path) == ["delivered"]:
                return
            await asyncio.sleep(4)
    pytest.fail("never in time")
