"""The newest report is sent once."""

import asyncio
from pathlib import Path

import pytest

from gateway.edge import report_sender as module
from gateway.edge.report_sender import ReportSender
from gateway.host.mqtt import Disconnected
from gateway.model.stream import unpack_document
from gateway.provision.report.kept import keep_report


class Broker:
    """Takes messages, or is away."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []
        self.away = False

    async def publish(self, payload: bytes) -> None:
        if self.away:
            raise Disconnected
        self.taken.append(unpack_document(payload, 1 << 20))


async def test_the_newest_is_sent_once_and_a_newer_one_again(tmp_path: Path) -> None:
    broker = Broker()
    sender = ReportSender(tmp_path, broker.publish)
    assert not await sender.send(), "there is none"
    keep_report(tmp_path, b"one", "2026-11-23T02:00:00Z")
    assert await sender.send()
    assert await sender.send()
    keep_report(tmp_path, b"two" * 3000, "2026-11-23T03:00:00Z")
    assert await sender.send()
    assert broker.taken == [b"one", b"two" * 3000]


async def test_one_that_the_broker_did_not_take_is_sent_again(tmp_path: Path) -> None:
    broker = Broker()
    sender = ReportSender(tmp_path, broker.publish)
    keep_report(tmp_path, b"one", "2026-11-23T02:00:00Z")
    broker.away = True
    assert not await sender.send()
    broker.away = False
    sender.begin()
    await asyncio.gather(*sender._tasks)
    assert broker.taken == [b"one"]


async def test_one_that_is_too_large_is_left_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broker = Broker()
    path = keep_report(tmp_path, bytes(range(256)) * 4000, "2026-11-23T02:00:00Z")
    monkeypatch.setattr(module, "LARGEST_BYTES", 100)
    assert not await ReportSender(tmp_path, broker.publish).send()
    assert broker.taken == []
    assert path.exists()
