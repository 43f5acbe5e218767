"""The course of a fleet: the ramp, storms, the wait for receipts. Its gateways are stand-ins; a real fleet is in tests/system."""

import asyncio

import pytest

from gateway.simulate.fleet import fleet as module
from gateway.simulate.fleet.fleet import Fleet
from gateway.simulate.fleet.plan import FleetPlan, FleetReport


class StandIn:
    """A gateway and its connection, which is made at once."""

    def __init__(self, _plan: FleetPlan, number: int, report: FleetReport, _seconds: object, _served: object) -> None:
        self.number, self.report, self.client = number, report, self
        self.connected, self.connecting, self.connections, self.cuts, self.closed = False, False, 0, 0, False
        self.flush_due_s, self.unconfirmed = 0.0, 0

    def connect(self) -> bool:
        self.connected, self.connections = True, self.connections + 1
        return True

    def cut(self) -> None:
        self.connected, self.cuts = False, self.cuts + 1

    def close(self) -> None:
        self.closed = True

    def flush(self) -> None:
        self.report.batches += 1

    def upkeep(self) -> None:
        pass


class Clock:
    """A loop's clock that a sleep moves."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 100.0
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: self)
        monkeypatch.setattr(asyncio, "sleep", self._sleep)

    def time(self) -> float:
        return self.now_s

    async def _sleep(self, seconds: float) -> None:
        self.now_s += seconds


def run(
    monkeypatch: pytest.MonkeyPatch, *, unconfirmed: int = 0, storms_s: tuple[float, ...] = ()
) -> tuple[list[StandIn], list[FleetReport]]:
    """Run a fleet of ten for a ramp of 10 s and 20 s more."""
    monkeypatch.setattr(module, "FleetGateway", StandIn)
    plan = FleetPlan(
        broker="mqtt://b",
        site="sim",
        first=5,
        gateways=10,
        points=1,
        seconds=20.0,
        flush_s=5.0,
        storms_s=storms_s,
        outage_s=3.0,
        drain_s=4.0,
    )
    reports: list[FleetReport] = []

    async def main() -> list[StandIn]:
        with monkeypatch.context() as patched:
            Clock(patched)
            fleet = Fleet(
                plan, lambda report: reports.append(FleetReport(**{name: getattr(report, name) for name in report.__struct_fields__}))
            )
            gateways: list[StandIn] = list(fleet._gateways)  # type: ignore[arg-type]  # stand-ins
            for gateway in gateways:
                gateway.unconfirmed = unconfirmed
            await fleet.run()
        return gateways

    return asyncio.run(main()), reports


def test_gateways_connect_over_the_ramp_and_are_closed_in_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    gateways, reports = run(monkeypatch)
    assert [gateway.number for gateway in gateways] == list(range(5, 15))
    connected = [report.connected for report in reports]
    assert connected == sorted(connected)
    assert connected[4] in (4, 5)
    assert connected[-1] == 10
    assert all(gateway.closed and gateway.connections == 1 for gateway in gateways)


def test_it_flushes_until_its_time_is_over_and_reports_every_second(monkeypatch: pytest.MonkeyPatch) -> None:
    _, reports = run(monkeypatch)
    assert reports[-1].batches == 10 * 6
    assert 26 <= len(reports) <= 31, "ticks of 0.1 s"
    assert [report.done for report in reports] == [False] * (len(reports) - 1) + [True]


def test_a_storm_cuts_every_connection_and_all_come_back_after_the_outage(monkeypatch: pytest.MonkeyPatch) -> None:
    gateways, reports = run(monkeypatch, storms_s=(5.0,))
    assert all((gateway.cuts, gateway.connections) == (1, 2) for gateway in gateways)
    away = [report.passed_s for report in reports if report.passed_s > 11 and report.connected == 0]
    assert 2 <= len(away) <= 4
    assert 14.5 < away[0] < 16.5


def test_batches_without_a_receipt_are_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    _, reports = run(monkeypatch, unconfirmed=2)
    assert reports[-1].unconfirmed == 20
    assert 33.5 < reports[-1].passed_s < 35.5
