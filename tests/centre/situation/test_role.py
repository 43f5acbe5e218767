"""The role of the Situation Room; its exchange is tested in the folder `exchange`."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.core import Metric

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.role import SituationRole
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.host.http_server import gauge
from tests.centre.situation.exchange.town import ROOM, context_of, running
from tests.centre.situation.kills import kill_trial
from tests.centre.situation.test_service import publish
from tests.system.peer import until
from tests.system.servers import free_port, mosquitto


class Bell:
    """A door that notes what it sees."""

    def __init__(self) -> None:
        self.seen: list[object] = []

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        self.seen.append(await room.run(SituationService.everything))
        await room.run(publish)
        await stop.wait()
        self.seen.append("stopped")

    def samples(self) -> Iterable[Metric]:
        yield gauge("street_bell", "A bell", len(self.seen))

    def failing(self) -> list[str]:
        return ["the bell is broken"] if self.seen else []


def values_of(role: SituationRole) -> dict[str, float]:
    return {one.name: one.value for metric in role.samples() for one in metric.samples if not one.labels}


async def test_without_a_broker_it_is_not_healthy_and_what_is_done_waits(tmp_path: Path) -> None:
    bell = Bell()
    role, stop = SituationRole(context_of(tmp_path, f"mqtt://127.0.0.1:{free_port()}"), ROOM, [bell]), asyncio.Event()
    task = asyncio.create_task(role.run(stop))
    await until("what the door has done", lambda: role.health()["situations_behind"], 60)
    health = role.health()
    assert (health["ok"], health["situations_connected"], health["situations_active"]) == (False, False, True)
    assert health["situations_failing"] == ["the bell is broken"]
    assert values_of(role)["street_bell"] == 1
    assert not role.stuck()
    stop.set()
    await task
    assert bell.seen == [[], "stopped"]


async def test_what_is_published_is_counted(tmp_path: Path) -> None:
    process, port = mosquitto(tmp_path)
    async with running(tmp_path, port, [Bell()]) as role:
        await until("the messages", lambda: values_of(role)["street_situations_published_total"] >= 3)
        assert values_of(role)["street_situations_connected"] == values_of(role)["street_situations_active"] == 1
    process.stop()


async def test_of_two_processes_one_runs_the_room_and_the_other_takes_over(tmp_path: Path) -> None:
    context = context_of(tmp_path, f"mqtt://127.0.0.1:{free_port()}")
    (first, first_stop), (second, second_stop) = ((SituationRole(context, ROOM), asyncio.Event()) for _ in range(2))
    first_task = asyncio.create_task(first.run(first_stop))
    await until("the first", lambda: first.health()["situations_active"], 60)
    second_task = asyncio.create_task(second.run(second_stop))
    await asyncio.sleep(0.2)
    assert second.health() == {
        "ok": True, "situations_active": False, "situations_connected": False, "situations_failing": [], "situations_behind": 0,
    }  # fmt: skip
    first_stop.set()
    await first_task
    await until("the second", lambda: second.health()["situations_active"], 60)
    second_stop.set()
    await second_task


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
