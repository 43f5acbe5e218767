"""The read plan of a product as a report."""

import pytest

from gateway.fieldbus.modbus.planning.learned import Learned
from gateway.fieldbus.modbus.planning.plan_report import PlannedGap, PlanReport, Transport, plan_report
from gateway.fieldbus.modbus.planning.read_plan import Hole
from tests.profiles.library import LIBRARY


def report(
    name: str, baud: int = 9600, transport: Transport = "rtu", learned: Learned | None = None, *, everything: bool = False
) -> PlanReport:
    profile = LIBRARY.get(name)
    assert profile.modbus is not None
    return plan_report(profile, profile.modbus, baud, transport, learned, everything=everything)


def test_points_with_several_intervals_are_planned_apart_and_together() -> None:
    found = report("carlo_gavazzi_em340")
    *groups, together = found.groups
    assert [group.every_s for group in groups] == [10.0, 900.0]
    assert together.every_s is None
    assert together.ms == pytest.approx(sum(read.ms for read in together.reads))
    assert together.ms <= sum(group.ms for group in groups)


def test_a_report_names_what_a_read_covers_and_bridges() -> None:
    (read,) = report("carlo_gavazzi_em340").groups[0].reads
    assert (read.function, read.address, read.quantity) == (4, 0, 54)
    assert read.covers[0] == "voltage_l1"
    assert read.bridges == [PlannedGap(6, 6), PlannedGap(36, 4), PlannedGap(50, 1)]


def test_holes_and_refused_points_of_a_device_are_respected_and_reported() -> None:
    learned = Learned("carlo_gavazzi_em340", (Hole(4, 36, 40),), ("frequency",))
    found = report("carlo_gavazzi_em340", learned=learned)
    assert found.holes == [PlannedGap(36, 4)]
    assert found.uncovered == ["frequency"]
    for read in found.groups[-1].reads:
        assert "frequency" not in read.covers
        assert not (read.address < 40 and read.address + read.quantity > 36)


def test_a_faster_line_takes_less_time_and_tcp_has_no_baud_rate() -> None:
    slow, fast = report("carlo_gavazzi_em340", 9600), report("carlo_gavazzi_em340", 115200)
    assert slow.groups[-1].ms > fast.groups[-1].ms
    assert (slow.transport, slow.baud) == ("rtu", 9600)
    tcp = report("carlo_gavazzi_em340", transport="tcp")
    assert (tcp.transport, tcp.baud) == ("tcp", None)


def test_every_point_is_planned_on_request() -> None:
    def covered(found: PlanReport) -> int:
        return sum(len(read.covers) for read in found.groups[-1].reads)

    assert covered(report("carlo_gavazzi_em340", everything=True)) > covered(report("carlo_gavazzi_em340"))
