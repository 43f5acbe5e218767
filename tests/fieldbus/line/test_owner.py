"""The owner of a line at work: commands first, urgent polls between the requests of a slow device, silent devices, lost ports."""

import asyncio
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice, StreamGroup
from gateway.fieldbus.line.commands import Outcome, OutcomeStatus, WritePoint
from gateway.fieldbus.line.driver_port import ReadObserver, ReadRequest
from gateway.fieldbus.line.owner import LineOwner, LineTerms
from gateway.fieldbus.line_factory import build_line
from gateway.fieldbus.modbus.commands import SendRequest
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
from gateway.host.clock import now_ms
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.simulate.devices.bus import BusUnit
from tests.fieldbus.line.buses import owned_bus
from tests.fieldbus.line.faulty_drivers import FaultyDriver, devices, hangs, ignores_its_end, raises
from tests.fieldbus.line.lines import LIBRARY, rig, until
from tests.fieldbus.line.tcp_units import TcpUnits, owned, profile

READ_7777 = SendRequest(read_request(1, 4, 7777, 1))
READ_8888 = SendRequest(read_request(1, 4, 8888, 1))


async def test_a_command_is_executed_before_any_further_request_of_the_current_poll() -> None:
    async with owned_bus([0.0]) as one:
        await one.until("d0", 1)
        for _ in range(5):
            before = len(one.bus.requests)
            outcome = await one.owner.execute(one.devices[0], READ_7777, math.inf)
            assert (outcome.status, len(outcome.data)) == (OutcomeStatus.DONE, 2)
            assert one.bus.requests.index((1, 7777), before) - before <= 1
        await one.until("d0", 3)
        assert all(not reading.quality for reading in one.taken["d0"]), "and the reading that it interrupted is complete"


async def test_commands_are_executed_in_order_and_each_caller_gets_its_own_outcome() -> None:
    async with owned_bus([60.0]) as one:
        await one.until("d0", 1)
        first, second, third = await asyncio.gather(
            one.owner.execute(one.devices[0], READ_7777, math.inf),
            one.owner.execute(one.devices[0], WritePoint("p9", 1), math.inf),
            one.owner.execute(one.devices[0], READ_8888, math.inf),
        )
        assert [first.status, second.status, third.status] == [OutcomeStatus.DONE, OutcomeStatus.INVALID, OutcomeStatus.DONE]
        assert one.bus.requests[-2:] == [(1, 7777), (1, 8888)]


async def test_a_command_that_has_not_begun_in_time_expires_and_is_never_sent() -> None:
    async with owned_bus([0.0]) as one:
        await one.until("d0", 1)
        now_s = asyncio.get_running_loop().time()
        assert (await one.owner.execute(one.devices[0], READ_7777, now_s - 1)).status is OutcomeStatus.EXPIRED
        # While the line is lent nothing else is sent, so the command expires.
        async with one.owner.lend(10):
            waiting = asyncio.create_task(one.owner.execute(one.devices[0], READ_7777, asyncio.get_running_loop().time() + 0.05))
            assert (await waiting).status is OutcomeStatus.EXPIRED
        assert (await one.owner.execute(one.devices[0], READ_8888, math.inf)).status is OutcomeStatus.DONE
        assert (1, 7777) not in one.bus.requests


async def test_a_caller_that_is_cancelled_withdraws_its_command_or_lets_it_end_and_the_line_goes_on() -> None:
    async with owned_bus([0.0]) as one:
        await one.until("d0", 1)
        async with one.owner.lend(10):
            waiting = asyncio.create_task(one.owner.execute(one.devices[0], READ_7777, math.inf))
            await asyncio.sleep(0)
            waiting.cancel()
            await asyncio.gather(waiting, return_exceptions=True)
        begun = asyncio.create_task(one.owner.execute(one.devices[0], READ_8888, math.inf))
        await until(lambda: (1, 8888) in one.bus.requests)
        begun.cancel()
        assert (await one.owner.execute(one.devices[0], READ_8888, math.inf)).status is OutcomeStatus.DONE
        before = len(one.taken["d0"])
        await one.until("d0", before + 2)
        assert all(not reading.quality for reading in one.taken["d0"])
        assert (1, 7777) not in one.bus.requests


async def test_commands_of_a_line_that_stops_end_with_it() -> None:
    async with owned_bus([60.0]) as one:
        await one.until("d0", 1)
        async with one.owner.lend(60):
            waiting = asyncio.create_task(one.owner.execute(one.devices[0], READ_7777, math.inf))
            await asyncio.sleep(0)
            one.stop.set()
        assert (await waiting).status is OutcomeStatus.LINE_DOWN
        assert (await one.owner.execute(one.devices[0], READ_7777, math.inf)).status is OutcomeStatus.LINE_DOWN


async def test_a_frequent_value_is_polled_between_the_requests_of_a_slow_device() -> None:
    async with owned_bus([60.0, 0.1]) as one:
        await one.until("d0", 1)
        slow = [n for n, (unit, _) in enumerate(one.bus.requests) if unit == 1]
        often = [n for n, (unit, _) in enumerate(one.bus.requests) if unit == 2]
        assert slow[0] < often[0] < slow[-1]
        assert None not in one.taken["d0"][0].values
        assert None not in one.taken["d1"][0].values


async def test_a_dead_device_costs_the_others_only_its_probes_and_is_read_again_when_it_responds() -> None:
    units = [BusUnit(unit=1), BusUnit(unit=2, silent=((0.0, 1.5),))]
    async with owned_bus([0.2, 0.2], units) as one:
        await one.until("d1", 3)
        codes = {code for reading in one.taken["d1"] for code in reading.quality.values()}
        assert codes <= {Quality.BadTimeout, Quality.BadNoCommunication}
        await one.until("d0", 6)
        assert all(not reading.quality for reading in one.taken["d0"])
        async with asyncio.timeout(15):
            while one.taken["d1"][-1].quality:
                one.something.clear()
                await one.something.wait()
        assert not one.owner.silent(1)
        counters, share = one.owner.quality(one.devices[1])
        assert counters.timeouts >= 2
        assert counters.answered >= 1
        assert 0 < share < 1


async def test_a_unit_that_falls_silent_on_tcp_holds_up_no_other_and_is_read_again_when_it_responds() -> None:
    server = TcpUnits()
    async with owned(server, 3, profile(every_s=1.0), timeout_s=15.0) as line:
        await until(lambda: line.good(2) >= 1)
        server.silent.add(2)
        asked = server.requests.count(2)
        await until(lambda: server.requests.count(2) > asked)
        before = [line.good(1), line.good(3)]
        await until(lambda: line.good(1) >= before[0] + 3 and line.good(3) >= before[1] + 3, within_s=10)
        assert server.requests.count(2) == asked + 1, "one request is under way, and no further one is sent"
        server.silent.clear()
        server.release.set()
        seen = line.good(2)
        await until(lambda: line.good(2) > seen + 1)


async def test_behind_a_bridge_a_unit_that_did_not_respond_is_asked_after_the_others() -> None:
    server = TcpUnits(busy_s=0.2)
    server.silent.add(2)
    async with owned(server, 3, profile(every_s=1.0), timeout_s=0.3) as line:
        await until(lambda: server.requests.count(2) >= 2)
        assert server.requests[:3] == [1, 2, 3]
        assert server.requests[3:6] == [1, 3, 2]
        await until(lambda: line.good(1) >= 4 and line.good(3) >= 4)
    assert all(Quality.BadTimeout not in reading.quality.values() for unit in (1, 3) for reading in line.taken[f"u{unit}"])


async def test_a_line_is_lent_and_ends_after_the_poll_that_others_have_overtaken() -> None:
    server = TcpUnits()
    server.silent.add(2)
    async with owned(server, 3, profile(every_s=1.0), timeout_s=15.0) as line:
        await until(lambda: line.good(3) >= 2)
        lent: list[int] = []

        async def borrow() -> None:
            async with line.owner.lend(5):
                lent.append(line.good(2))

        borrowing = asyncio.create_task(borrow())
        before = line.good(1)
        await until(lambda: line.good(1) >= before + 1)
        assert lent == []
        server.silent.clear()
        server.release.set()
        await borrowing
        assert lent == [1]
        server.release.clear()
        server.silent.add(2)
        asked = server.requests.count(2)
        await until(lambda: server.requests.count(2) > asked)
    assert all(not reading.quality for reading in line.taken["u2"]), "the owner waited for the last poll, too"


async def test_an_overtaken_unit_has_readings_without_values_when_the_connection_ends() -> None:
    server = TcpUnits()
    server.silent.add(2)
    async with owned(server, 2, profile(every_s=1.0), timeout_s=15.0) as line:
        await until(lambda: line.good(1) >= 2)
        line.owner._driver.close()
        await until(lambda: bool(line.taken["u2"]))
        assert set(line.taken["u2"][0].quality.values()) == {Quality.BadNotConnected}
        server.silent.clear()
        await until(lambda: line.good(2) >= 1)


async def test_an_owner_polls_at_the_interval_counts_missed_ticks_and_stops(tmp_path: Path) -> None:
    async with rig("rtu", tmp_path) as one:
        taken: list[Reading] = []
        device = one.device._replace(groups=(StreamGroup(0.2, one.device.all_streams),))
        terms = LineTerms(0.3, 0.1, whole_seconds=False)
        owner = LineOwner("l", [device], one.driver, terms, lambda _, readings: taken.extend(readings), now_ms)
        stop = asyncio.Event()
        running = asyncio.create_task(owner.run(stop))
        await until(lambda: len(taken) >= 4 * len(device.streams))
        one.faults.what = "silent"
        await until(lambda: owner.counts.silent >= 1)
        await until(lambda: owner.missed >= 2)
        stop.set()
        await asyncio.wait_for(running, 3)
        assert owner.counts.polls == len(taken) / len(device.streams)


class GoneLine:
    """A line whose port does not exist."""

    def __init__(self, folder: Path) -> None:
        profile = LIBRARY.get("xy_md02")
        device = DeviceSettings(id="d", profile="xy_md02", asset="a", unit=1, every=0.1)
        self.device = bind(device, profile, {})
        self.taken: list[Reading] = []
        line = LineSettings(id="l", serial=str(folder / "gone"), devices=[device])
        driver, terms = build_line(line, [self.device], LearnedStore(None), now_ms)
        self.owner = LineOwner("l", [self.device], driver, terms, self._take, now_ms)

    def _take(self, _device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.taken.extend(readings)

    async def while_running(self, check: Callable[[], Awaitable[object]]) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(self.owner.run(stop))
        await check()
        stop.set()
        await running


async def test_a_port_that_is_gone_is_reported_at_every_tick_and_opened_again_later(tmp_path: Path) -> None:
    line = GoneLine(tmp_path)
    await line.while_running(lambda: until(lambda: line.owner.counts.broken >= 2))
    # Many ticks passed before the second attempt to open the port.
    assert len(line.taken) >= 4
    assert all(set(reading.quality.values()) == {Quality.BadNotConnected} for reading in line.taken)
    assert line.owner.broken


async def test_a_command_on_a_line_whose_port_is_gone_says_why_at_once(tmp_path: Path) -> None:
    line = GoneLine(tmp_path)
    outcomes: list[Outcome] = []

    async def execute() -> None:
        outcomes.append(await line.owner.execute(line.device, READ_7777, math.inf))
        outcomes.append(await line.owner.execute(line.device, READ_7777, math.inf))
        # The port is left alone until it is time to open it again.
        assert (line.owner.counts.broken, line.owner.counts.polls) == (1, 0)

    await line.while_running(execute)
    assert {outcome.status for outcome in outcomes} == {OutcomeStatus.LINE_DOWN}
    assert all("can't be opened" in outcome.reason for outcome in outcomes)


class FaultyLine:
    """The owner of a line whose driver has faults, and the readings of each device."""

    def __init__(
        self, driver: FaultyDriver, names: Sequence[str] = ("bad", "good"), *, patience_s: float = 5.0, together: bool = True
    ) -> None:
        self.driver, self.devices = driver, devices(*names)
        self.taken: dict[str, list[Reading]] = {name: [] for name in names}
        terms = LineTerms(0.01, 0.5, whole_seconds=False, patience_s=patience_s)
        self.owner = LineOwner("l", self.devices, driver, terms, self._take, now_ms)
        if together:
            self.owner._terms = terms._replace(whole_seconds=True)

    def _take(self, device: BoundDevice, readings: Sequence[Reading]) -> None:
        self.taken[device.id].extend(readings)

    def codes(self, name: str) -> set[int]:
        return {code for reading in self.taken[name] for code in reading.quality.values()}


@asynccontextmanager
async def at_work(owner: LineOwner) -> AsyncIterator["asyncio.Task[None]"]:
    stop = asyncio.Event()
    running = asyncio.create_task(owner.run(stop))
    try:
        yield running
    finally:
        stop.set()
        if not running.done():
            await running


@pytest.mark.parametrize("together", [True, False])
async def test_a_fault_of_the_driver_costs_only_its_device_and_is_logged_once(together: bool, caplog: pytest.LogCaptureFixture) -> None:
    line = FaultyLine(FaultyDriver(bad=raises), together=together)
    async with at_work(line.owner):
        await until(lambda: len(line.taken["good"]) >= 30 and line.owner.counts.faults >= 2)
        assert not line.owner.broken
    assert line.codes("good") == set()
    assert line.codes("bad") == {Quality.BadDecodingError, Quality.BadNoCommunication}, "left alone for longer and longer"
    assert line.driver.closed >= line.owner.counts.faults
    assert [record.getMessage().count("bad") for record in caplog.records if record.exc_info] == [1]


async def test_a_reading_that_can_not_be_processed_costs_only_its_device_its_readings() -> None:
    line = FaultyLine(FaultyDriver())
    take = line._take

    def refuse(device: BoundDevice, readings: Sequence[Reading]) -> None:
        if device.id == "bad" and readings[0].values[0] is not None:
            raise ZeroDivisionError("as a fault in what is derived would")
        take(device, readings)

    line.owner._delivery._sink = refuse
    async with at_work(line.owner):
        await until(lambda: len(line.taken["good"]) >= 10 and line.owner.counts.faults >= 2)
    assert line.codes("good") == set()
    assert Quality.BadDecodingError in line.codes("bad")


async def test_a_driver_that_hangs_fails_the_line_which_goes_on() -> None:
    async def hangs_once(driver: FaultyDriver, request: ReadRequest, observer: ReadObserver) -> None:
        del driver.behaviours["bad"]
        await hangs(driver, request, observer)

    line = FaultyLine(FaultyDriver(bad=hangs_once), patience_s=0.05)
    async with at_work(line.owner):
        await until(lambda: any(not reading.quality for reading in line.taken["bad"]))
    assert line.owner.counts.broken == 1
    assert line.codes("bad") == {Quality.BadNotConnected}


async def test_a_command_that_hangs_or_fails_has_an_outcome() -> None:
    driver = FaultyDriver(hung=hangs, bad=raises)
    line = FaultyLine(driver, ["hung", "bad"], patience_s=0.05)
    line.owner.devices = ()
    async with at_work(line.owner):
        hung, bad = line.devices
        outcome = await line.owner.execute(bad, READ_7777, math.inf)
        assert (outcome.status, outcome.reason) == (
            OutcomeStatus.NO_RESPONSE,
            "the gateway failed: IndexError: as a fault in decoding would",
        )
        outcome = await line.owner.execute(hung, READ_7777, math.inf)
        assert (outcome.status, "nothing happened" in outcome.reason) == (OutcomeStatus.LINE_DOWN, True)
        assert not line.owner.stalled


async def test_a_line_that_waits_or_is_lent_is_not_stalled_and_one_that_does_not_end_its_call_is() -> None:
    line = FaultyLine(FaultyDriver(), patience_s=0.01)
    assert not line.owner.stalled, "before it runs"
    line.devices[:] = devices("bad", "good", every_s=3600.0)
    async with at_work(line.owner):
        await until(lambda: bool(line.taken["good"]))
        await asyncio.sleep(0.1)
        assert not line.owner.stalled
        async with line.owner.lend(30):
            await asyncio.sleep(0.1)
            assert not line.owner.stalled
    stuck = FaultyLine(FaultyDriver(bad=ignores_its_end), patience_s=0.01)
    async with at_work(stuck.owner) as running:
        await until(lambda: stuck.owner.stalled)
        assert not running.done()
        stuck.driver.release.set()


async def test_a_line_that_was_cancelled_can_be_run_again() -> None:
    line = FaultyLine(FaultyDriver())
    running = asyncio.create_task(line.owner.run(asyncio.Event()))
    await until(lambda: bool(line.taken["good"]))
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await line.owner.execute(line.devices[0], READ_7777, math.inf)).status is OutcomeStatus.LINE_DOWN
    before = len(line.taken["good"])
    async with at_work(line.owner):
        await until(lambda: len(line.taken["good"]) > before)
        assert (await line.owner.execute(line.devices[0], READ_7777, math.inf)).status is OutcomeStatus.DONE
        async with line.owner.lend(1):
            pass
