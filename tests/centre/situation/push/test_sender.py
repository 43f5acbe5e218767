"""A sender of changes, whatever it sends them to."""

import asyncio
import threading
from functools import partial
from pathlib import Path

import pytest

from gateway.centre.situation.changes import SituationChange
from gateway.centre.situation.push import sender as module
from gateway.centre.situation.push.sender import ChangeReceiver, ChangeSender, SituationDelivery, change_reader
from gateway.centre.situation.service import SituationService
from gateway.host.webhook.errors import NotDelivered
from tests.centre.situation.push.test_webhooks import opened, publish, until
from tests.situation.examples import works


@pytest.mark.parametrize(("from_beginning", "expected"), [(True, ["scavo-1", "scavo-2"]), (False, ["scavo-2"])])
async def test_a_new_receiver_begins_with_everything_or_with_what_is_new(
    tmp_path: Path, *, from_beginning: bool, expected: list[str]
) -> None:
    sent: list[str] = []
    threads: set[str] = set()

    def prepare(_service: SituationService, change: SituationChange) -> SituationDelivery:
        threads.add(threading.current_thread().name)
        return partial(sent.append, change.situation)

    room, stop = opened(tmp_path), asyncio.Event()
    await publish(room, "scavo-1", works())
    sender = ChangeSender(ChangeReceiver("reader", "a receiver", "publiacqua", "exclude", from_beginning), prepare)
    task = asyncio.create_task(sender.run(room, await room.run(change_reader), stop))
    while await room.run(lambda service: service.store.position("reader")) is None:
        await asyncio.sleep(0.01)
    await publish(room, "scavo-2", works())
    await until(lambda: sent == expected)
    while await room.run(lambda service: service.store.position("reader")) != 2:
        await asyncio.sleep(0.01)
    stop.set()
    await task
    await room.close()
    assert all(one.startswith("situations") for one in threads), "the store is read in its thread"


async def test_what_fails_for_a_while_is_sent_again_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_FIRST_RETRY_S", 0.01)
    monkeypatch.setattr(module, "_LONGEST_RETRY_S", 0.02)
    sent, attempts = list[str](), list[str]()

    def deliver(name: str) -> None:
        attempts.append(name)
        if len(attempts) < 3:
            raise NotDelivered("away")
        sent.append(name)

    room, stop = opened(tmp_path), asyncio.Event()
    for name in ("scavo-1", "scavo-2"):
        await publish(room, name, works())
    receiver = ChangeReceiver("reader", "a receiver", "publiacqua", "exclude", from_beginning=True)
    sender = ChangeSender(receiver, lambda _service, change: partial(deliver, change.situation))
    task = asyncio.create_task(sender.run(room, await room.run(change_reader), stop))
    await until(lambda: sent == ["scavo-1", "scavo-2"])
    assert attempts == ["scavo-1"] * 3 + ["scavo-2"]
    await until(lambda: sender.counts == {"sent": 2, "failed": 2, "dropped": 0} and sender.error is None)
    stop.set()
    await task
    await room.close()
