"""The way to a line that a gateway polls: every request is sent in a loan, and the polls go on between two of them."""

import asyncio

import pytest

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.rtu_client import RtuClient
from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.serial_port import SerialSettings, SerialWire
from gateway.provision.scan import line_access
from gateway.provision.scan.line_access import LineAccess
from gateway.provision.scan.plan import probe_timing
from tests.fieldbus.line.buses import OwnedBus, owned_bus
from tests.provision.units import port_access

FAST = SerialSettings(115200, 8, "N", 1)


def access_of(one: OwnedBus) -> LineAccess:
    return port_access(one.line.serial or "", one.owner)


async def test_requests_on_a_polled_line_are_sent_between_its_polls() -> None:
    async with owned_bus([0.1, 60.0]) as one:
        await one.until("d0", 1)
        access = access_of(one)
        assert access.lent
        client = access.client(RtuClient(access.wire(FAST), probe_timing(FAST, 1.0)))
        for _ in range(3):
            before = len(one.taken["d0"])
            assert (await client.execute(read_request(2, 3, 7000, 1), DeviceCounters())).exception is None
            await one.until("d0", before + 1)
        assert [request for request in one.bus.requests if request[1] == 7000] == 3 * [(2, 7000)]
        assert all(not reading.quality for reading in one.taken["d0"])


async def test_a_free_line_is_used_at_once() -> None:
    access = LineAccess(lambda _: SerialWire("/dev/does-not-exist", FAST))
    client = RtuClient(access.wire(FAST), probe_timing(FAST))
    assert not access.lent
    assert access.client(client) is client
    assert await access.in_turn(lambda: asyncio.sleep(0, "done")) == "done"


async def test_work_for_which_the_time_was_too_short_is_done_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_access, "_TURN_S", 0.1)
    turns = []

    async def work() -> str:
        turns.append(True)
        if len(turns) < 3:
            await asyncio.Event().wait()
        return "done"

    async with owned_bus([0.1]) as one:
        assert await access_of(one).in_turn(work) == "done"


async def test_work_that_never_ends_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line_access, "_TURN_S", 0.1)
    async with owned_bus([0.1]) as one:
        with pytest.raises(WireError, match="nothing came to its end in 3 loans of line l; scan again when the gateway has less to do"):
            await access_of(one).in_turn(asyncio.Event().wait)


async def test_a_polled_line_is_listened_to_between_its_polls_which_are_not_heard() -> None:
    async with owned_bus([0.1]) as one:
        await one.until("d0", 1)
        assert await access_of(one).hear(FAST, 1.0) == b""
        assert all(not reading.quality for reading in one.taken["d0"])
