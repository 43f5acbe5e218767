"""Summaries of all works, with a summary that counts them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Sequence
from pathlib import Path

import pytest

from gateway.centre.situation.exchange import summaries
from gateway.centre.situation.exchange.summaries import SummaryMessage, SummaryPublisher
from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.host.mqtt import Broker, Mqtt
from gateway.situation.lifecycle.actions import Cancel, Publish
from gateway.situation.lifecycle.situation import Situation
from tests.centre.situation.exchange.town import ROOM, context_of
from tests.centre.situation.telemetry.test_door import ROME
from tests.situation.examples import COMUNE, NOW_MS, PUBLIACQUA, VIA_ROMA, accident, works
from tests.system.peer import Peer, until
from tests.system.servers import Process, mosquitto


class Count:
    """Counts works and its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def messages(self, situations: Sequence[Situation]) -> Iterator[SummaryMessage]:
        self.calls += 1
        yield SummaryMessage("prato/v1/sr/count", ",".join(one.id for one in situations).encode())

    def failing(self) -> list[str]:
        return []


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summaries, "_STEP_S", 0.02)


@contextlib.asynccontextmanager
async def publishing(folder: Path, port: int, count: Count) -> AsyncIterator[SituationRoom]:
    """Publish a count over a connection of its own."""
    settings = context_of(folder, f"mqtt://127.0.0.1:{port}").settings
    room = SituationRoom(SituationService(open_situations(settings), room_rules(ROOM, ROME)), open_situations(settings))
    mqtt, stop = Mqtt(Broker(f"mqtt://127.0.0.1:{port}"), "count", on_connect=lambda: None, on_message=lambda _: None), asyncio.Event()
    mqtt.start()
    task = asyncio.create_task(SummaryPublisher([count], ROME, room, mqtt).run(stop))
    try:
        yield room
    finally:
        stop.set()
        await task
        await mqtt.stop()
        await room.close()


async def test_what_follows_from_works_that_are_not_over_is_published_when_it_changes(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    peer, count = await Peer(f"mqtt://127.0.0.1:{port}", "prato/v1/sr/count").start(), Count()
    async with publishing(tmp_path, port, count) as room:
        await until("the first step", lambda: count.calls > 1, 30)
        publish = Publish(id="scavo-1", content=works(), geometry=VIA_ROMA)
        await room.run(lambda service: service.do("scavo-1", publish, PUBLIACQUA, NOW_MS))
        await room.run(lambda service: service.do("urto", Publish(id="urto", content=accident(), geometry=None), COMUNE, NOW_MS))
        await until("the works", lambda: peer.received and peer.received[-1].payload == b"scavo-1", 30)
        await room.run(lambda service: service.do("scavo-1", Cancel("rinviato"), PUBLIACQUA, NOW_MS))
        await until("that there are none", lambda: peer.received[-1].payload == b"", 30)
        seen, calls = len(peer.received), count.calls
        await until("some steps", lambda: count.calls > calls + 5, 30)
        assert len(peer.received) == seen
    await peer.mqtt.stop()
    process.stop()


async def test_a_broker_that_lost_what_it_retained_gets_it_again(tmp_path: Path) -> None:
    (process, port), count = mosquitto(tmp_path), Count()
    async with publishing(tmp_path, port, count) as room:
        publish = Publish(id="scavo-1", content=works(), geometry=VIA_ROMA)
        await room.run(lambda service: service.do("scavo-1", publish, PUBLIACQUA, NOW_MS))
        first = await Peer(f"mqtt://127.0.0.1:{port}", "prato/v1/sr/count").start()
        await until("the works", lambda: first.received and first.received[-1].payload == b"scavo-1", 30)
        await first.mqtt.stop()
        process.kill_9()
        again = Process("mosquitto-again", tmp_path, *process.process.args)  # type: ignore[misc]
        second = await Peer(f"mqtt://127.0.0.1:{port}", "prato/v1/sr/count").start()
        await until("the works again", lambda: second.received and second.received[-1].payload == b"scavo-1", 60)
        await second.mqtt.stop()
    again.stop()
