"""The role of the Situation Room; its exchange is tested in the folder `exchange`."""

import asyncio
from pathlib import Path

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.role import SituationRole
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from tests.centre.situation.exchange.town import ROOM, context_of, running
from tests.centre.situation.kills import kill_trial
from tests.centre.situation.test_service import publish
from tests.system.peer import until
from tests.system.servers import free_port, mosquitto


async def test_without_a_broker_it_is_not_healthy_and_what_is_done_waits(tmp_path: Path) -> None:
    role, stop = SituationRole(context_of(tmp_path, f"mqtt://127.0.0.1:{free_port()}"), ROOM), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    other = SituationRole(context_of(tmp_path, "mqtt://127.0.0.1:1"), ROOM)
    await other._room.run(publish)
    await until("that", lambda: role.health()["situations_behind"] == 1)
    assert role.health() == {"ok": False, "situations_connected": False, "situations_failing": None, "situations_behind": 1}
    assert not role.stuck()
    stop.set()
    await task


async def test_doors_work_beside_the_exchange_until_the_stop(tmp_path: Path) -> None:
    seen = []

    async def door(room: SituationRoom, stop: asyncio.Event) -> None:
        seen.append(await room.run(SituationService.everything))
        await stop.wait()
        seen.append([])

    role, stop = SituationRole(context_of(tmp_path, f"mqtt://127.0.0.1:{free_port()}"), ROOM, [door]), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    await until("the door", lambda: seen == [[]])
    stop.set()
    await task
    assert seen == [[], []]


async def test_what_is_published_is_counted(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    async with running(tmp_path, port) as role:
        await role._room.run(publish)
        await until("the messages", lambda: role.health()["situations_behind"] == 0)
        values = {one.name: one.value for metric in role.samples() for one in metric.samples if not one.labels}
        assert values["street_situations_published_total"] >= 3
        assert values["street_situations_connected"] == 1
    process.stop()


def test_a_store_that_can_t_be_used_is_reported(tmp_path: Path) -> None:
    (tmp_path / "situations.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(SituationsUnavailable):
        SituationRole(context_of(tmp_path, "mqtt://127.0.0.1:1"), ROOM)


@pytest.mark.system
@pytest.mark.parametrize("seed", [101, 102])
def test_a_kill_loses_nothing_doubles_nothing_and_changes_no_order(tmp_path: Path, seed: int) -> None:
    result = kill_trial(tmp_path, seed)
    assert result.ok, result
    assert result.entries >= 200
