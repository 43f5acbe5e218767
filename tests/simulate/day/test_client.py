"""What both kinds of simulated organisations do: one contract."""

import contextlib
from collections.abc import AsyncIterator

import pytest

from gateway.simulate.day.acts import BEGIN, END, Act, DayStep, DayTimes, answer, comment, event, publish, update
from gateway.simulate.day.client import OrganisationClient, RoomUnreachable
from gateway.simulate.day.credentials import DayCredentials
from gateway.simulate.day.places import VIA_FERRUCCI
from gateway.simulate.day.records import DayCall, DayReply
from tests.simulate.day.room import client_of
from tests.system.servers import free_port

LEAK = event("damage", "Perdita", "Leak", ("2026-11-01T00:00:00Z", None), VIA_FERRUCCI, to=("cap",))
pytestmark = pytest.mark.parametrize("interface", ["mqtt", "rest"])


@contextlib.asynccontextmanager
async def connected(credentials: DayCredentials, interface: str, *names: str) -> AsyncIterator[list[OrganisationClient]]:
    clients = [client_of(credentials, name, interface) for name in names]
    for one in clients:
        await one.connect()
    try:
        yield clients
    finally:
        for one in clients:
            await one.close()


def call(situation: str, act: Act, number: int, version: int = 0) -> DayCall:
    return DayCall(DayStep(0, "any", situation, act), f"{situation}-{number}", version)


async def test_what_one_does_arrives_where_it_belongs_and_nowhere_else(room: DayCredentials, interface: str) -> None:
    name = f"publiacqua-perdita-{interface}"
    acts = [publish(LEAK, VIA_FERRUCCI.drawn), update(LEAK | {"severity": "high"}, VIA_FERRUCCI.drawn), comment("scaviamo"), END]
    async with connected(room, interface, "publiacqua", "cap", "alia") as (owner, reader, stranger):
        versions = [(await owner.call(call(name, act, number, number))).version for number, act in enumerate(acts)]
        assert versions == [1, 2, 2, 3]
        assert await reader.inbox.until(lambda: reader.inbox.version_of(name) == 3, 30)
        assert [one.state for one in reader.inbox.changes if one.situation == name][-1] == "ended"
        assert await owner.inbox.until(lambda: owner.inbox.version_of(name) == 3, 30)
        assert stranger.inbox.version_of(name) == 0
        refused = await stranger.call(call(name, answer("seen"), 9, 3))
        assert not refused.done
        assert f"there is no situation '{name}'" in refused.reason


async def test_the_same_request_is_done_once(room: DayCredentials, interface: str) -> None:
    name, times = f"cap-due-volte-{interface}", DayTimes(4_000_000_000_000)
    later = event("traffic", "Coda", "Queue", (times.minutes(0), None), VIA_FERRUCCI)
    async with connected(room, interface, "cap", "comune") as (owner, authority):
        once = call(name, publish(later, None), 1)
        assert [await owner.call(once), await owner.call(once)] == [DayReply(done=True, version=1)] * 2
        assert await authority.inbox.until(lambda: authority.inbox.version_of(name) == 1, 30)
        assert (await authority.call(call(name, answer("accepted"), 2, 1))).done
        stale = await authority.call(call(name, answer("accepted"), 3, 7))
        assert not stale.done
        assert "read it again" in stale.reason
        assert (await owner.call(call(name, BEGIN, 4))).version == 2


async def test_a_room_that_can_t_be_reached_is_an_error(room: DayCredentials, interface: str) -> None:
    port = free_port()
    client = client_of(room._replace(broker_port=port, api_port=port), "cap", interface)
    with pytest.raises(RoomUnreachable, match=f"port {port}"):
        await client.connect()
    await client.close()
