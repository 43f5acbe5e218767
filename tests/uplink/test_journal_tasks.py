"""Background work on the journal goes on after errors of the journal, and only after those."""

import asyncio
import sqlite3
from types import SimpleNamespace

import pytest

from gateway.host.threads import OneThread
from gateway.uplink.journal_tasks import JournalTasks


async def test_an_error_of_the_journal_is_passed_on_to_be_renewed_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    renewed, thread = list[Exception](), OneThread("journal")
    tasks = JournalTasks(SimpleNamespace(renew=renewed.append), thread)  # type: ignore[arg-type]  # all that it needs
    damage, done = sqlite3.DatabaseError("malformed"), asyncio.Event()

    async def fail() -> None:
        raise damage

    async def succeed() -> None:
        done.set()

    tasks.start(fail())
    tasks.start(succeed())
    await tasks.finish(5)
    assert renewed == [damage]
    assert done.is_set()
    assert "the journal can't be used (malformed)" in caplog.text
    thread.close()


async def test_other_errors_are_not_hidden() -> None:
    thread = OneThread("journal")
    tasks = JournalTasks(SimpleNamespace(), thread)  # type: ignore[arg-type]  # it needs none

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await tasks.run(fail())
    thread.close()
