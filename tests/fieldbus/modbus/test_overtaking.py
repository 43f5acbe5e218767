"""Devices of a TCP line overtake one that does not respond, over a real socket and over a wire made for tests."""

import asyncio
import logging
from collections.abc import Callable

import pytest

from gateway.fieldbus.line.driver_port import Poll, ReadRequest
from gateway.fieldbus.modbus import overtaking
from gateway.fieldbus.modbus.driver import ModbusDriver
from gateway.fieldbus.wire.port import WireError
from gateway.host.shared_timer import SharedTimer
from gateway.model.quality import Quality
from tests.fieldbus.line.lines import until
from tests.fieldbus.line.tcp_units import TcpUnits, UnitsLine, profile, serving


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Overtake no device only because the machine is busy."""
    monkeypatch.setattr(overtaking, "_LEAST_PATIENCE_S", 1.0)


class Late:
    """What became of an overtaken poll."""

    def __init__(self) -> None:
        self.polls: list[Poll] = []
        self.errors: list[Exception] = []

    def polled(self, poll: Poll) -> None:
        self.polls.append(poll)

    def failed(self, error: Exception) -> None:
        self.errors.append(error)


class Observer:
    """Collects polls; lets devices be overtaken, unless told not to."""

    def __init__(self, *, lets: bool = True) -> None:
        self.polls: list[Poll] = []
        self.late: list[Late] = []
        self._lets = lets

    def polled(self, poll: Poll) -> None:
        self.polls.append(poll)

    def has_urgent_work(self) -> bool:
        return False

    async def do_urgent_work(self) -> None:
        """There is none."""

    def overtake(self) -> Late | None:
        if not self._lets:
            return None
        self.late.append(Late())
        return self.late[-1]


class Rig:
    """The driver of a line with three units."""

    def __init__(self, server: TcpUnits, timeout_s: float, reads: int = 1) -> None:
        line = UnitsLine(server.address, (1, 2, 3), profile(reads), timeout_s)
        self.devices = line.devices
        self.driver = line.owner._driver._driver

    async def read(self, observer: Observer) -> None:
        await self.driver.read([ReadRequest(device, device.all_streams) for device in self.devices], observer)


@pytest.mark.usefixtures("patient")
async def test_the_others_are_polled_while_one_does_not_respond_and_its_poll_is_passed_on_when_it_does() -> None:
    async with serving(TcpUnits()) as server:
        rig, observer = Rig(server, 30.0, reads=3), Observer()
        server.silent.add(2)
        await rig.read(observer)
        assert [poll.answered for poll in observer.polls] == [True, True]
        (late,) = observer.late
        assert late.polls == []
        server.release.set()
        await until(lambda: bool(late.polls))
        assert None not in late.polls[0].readings[0].values, "also those of its further reads"
        assert server.requests == [1, 1, 1, 2, 3, 3, 3, 2, 2]
        rig.driver.close()


@pytest.mark.usefixtures("patient")
async def test_a_time_out_of_an_overtaken_device_is_passed_on_and_its_next_poll_is_overtaken_at_once() -> None:
    async with serving(TcpUnits()) as server:
        rig, observer = Rig(server, 3.0), Observer()
        server.silent.add(2)
        await rig.read(observer)
        (late,) = observer.late
        await until(lambda: bool(late.polls))
        assert (late.polls[0].answered, set(late.polls[0].readings[0].quality.values())) == (False, {Quality.BadTimeout})
        await rig.driver.read([ReadRequest(rig.devices[1], (0,))], observer)
        assert len(observer.late) == 2
        await until(lambda: bool(observer.late[1].polls))
        rig.driver.close()


class LateChecks(SharedTimer):
    """Calls back only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.checks: list[Callable[[], None]] = []

    def call_at(self, at_s: float, callback: Callable[[], None]) -> None:
        self.checks.append(callback)


async def test_a_check_between_the_last_response_and_the_end_of_the_read_overtakes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(overtaking, "_LEAST_PATIENCE_S", 0.0)
    monkeypatch.setattr(overtaking, "_PATIENCE_TRIPS", 0)
    async with serving(TcpUnits()) as server:
        rig, timer = Rig(server, 30.0), LateChecks()
        assert isinstance(rig.driver, ModbusDriver)
        assert rig.driver._overtaking is not None
        rig.driver._overtaking._timer = timer

        class Last(Observer):
            def polled(self, poll: Poll) -> None:
                super().polled(poll)
                if len(self.polls) == 3:
                    for check in timer.checks:
                        asyncio.get_running_loop().call_soon(check)  # before the reader goes on

        observer = Last()
        await rig.read(observer)
        assert timer.checks
        assert observer.late == []
        rig.driver.close()


async def test_an_observer_that_waits_gets_all_polls_in_order() -> None:
    async with serving(TcpUnits()) as server:
        rig, observer = Rig(server, 1.0), Observer(lets=False)
        server.silent.add(2)
        await rig.read(observer)
        assert [poll.answered for poll in observer.polls] == [True, False, True]
        rig.driver.close()


@pytest.mark.usefixtures("patient")
async def test_an_overtaken_device_gets_the_error_when_the_connection_ends() -> None:
    async with serving(TcpUnits()) as server:
        rig, observer = Rig(server, 30.0), Observer()
        server.silent.add(2)
        await rig.read(observer)
        rig.driver.close()
        (late,) = observer.late
        await until(lambda: bool(late.errors))
        assert isinstance(late.errors[0], WireError)


async def test_devices_wait_for_each_other_where_requests_are_lost_beside_a_silent_one(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    server = TcpUnits(busy_s=0.9, drops=True)
    async with serving(server):
        rig = Rig(server, 1.0)
        server.silent.add(2)
        told = "line l: requests are lost while a silent device is awaited; one device is asked at a time from now on"
        async with asyncio.timeout(40):
            while told not in [record.getMessage() for record in caplog.records]:
                observer = Observer()
                await rig.read(observer)
                await until(lambda late=observer.late: all(one.polls for one in late))  # type: ignore[misc]
                await rig.driver.read([ReadRequest(rig.devices[2], (0,))], observer)
                await until(lambda late=observer.late: all(one.polls for one in late))  # type: ignore[misc]
        observer = Observer()
        await rig.read(observer)
        assert [poll.answered for poll in observer.polls] == [True, False, True]
        assert observer.late == []
        rig.driver.close()
