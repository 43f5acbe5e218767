"""A Situation Room that runs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.situation.lifecycle.actions import Publish
from gateway.situation.lifecycle.permissions import ActionRefused
from tests.centre.situation.test_service import ROOM_RULES, publish
from tests.situation.examples import CAP, NOW_MS, accident
from tests.system.peer import until


@contextlib.asynccontextmanager
async def followed(room: SituationRoom) -> AsyncIterator[None]:
    stop = asyncio.Event()
    task = asyncio.create_task(room.follow(stop))
    yield
    stop.set()
    await task
    await room.close()


def room_in(folder: Path) -> SituationRoom:
    path = folder / "situations.sqlite"
    return SituationRoom(SituationService(SqliteSituations(path), ROOM_RULES), SqliteSituations(path))


async def test_who_watches_is_told_at_once_what_is_done_here_and_soon_what_is_done_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    room = room_in(tmp_path)
    async with followed(room):
        with room.watching() as changed:
            await room.run(publish)
            assert changed.is_set()
            await until("its number", lambda: room.number == 1)
            changed.clear()
            other = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
            publish(other, "scavo-2")
            other.close()
            await until("what the other has done", lambda: changed.is_set() and room.number == 2)
            assert [one.other for one in await room.run(lambda service: service.conflicts("scavo-1"))] == ["scavo-2"]


async def test_time_does_what_is_due_also_for_what_another_process_has_published(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ms = [NOW_MS]
    monkeypatch.setattr(clock, "now_ms", lambda: now_ms[0])
    room = room_in(tmp_path)
    async with followed(room):
        other = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
        publish(other)
        await until("that", lambda: room.number == 1)
        now_ms[0] += 400 * 86_400_000
        publish(other, "scavo-2", timing={"planned_start": "2027-12-20", "planned_end": "2027-12-22"})
        other.close()
        await until("the cancellation", lambda: room.number >= 5)
        assert (await room.run(lambda service: service.whole("scavo-1"))).properties.state == "cancelled"


async def test_refusals_reach_who_tried(tmp_path: Path) -> None:
    room = room_in(tmp_path)
    async with followed(room):
        with pytest.raises(ActionRefused):
            await room.run(lambda service: service.do("x", Publish(id="x", content=accident(), geometry=None), CAP, NOW_MS))


async def test_a_store_that_fails_is_reported_until_it_works_again(tmp_path: Path) -> None:
    class Failing(SqliteSituations):
        broken = True

        def wait(self, number: int, timeout_s: float) -> bool:
            if self.broken:
                raise SituationsUnavailable("the disk is gone")
            return super().wait(number, timeout_s)

    waiting = Failing(tmp_path / "situations.sqlite")
    room = SituationRoom(SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES), waiting)
    async with followed(room):
        await until("the failure", lambda: room.failing == "the disk is gone")
        waiting.broken = False
        await until("its end", lambda: room.failing is None)
