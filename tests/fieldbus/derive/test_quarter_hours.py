"""Energy by the quarter hour: closed quarters, replaced meters, restarts, set clocks."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gateway.fieldbus.derive.processor import Processor
from gateway.fieldbus.derive.quarter_hours import QUARTER_MS
from gateway.model.profile import Measurement, Point
from tests.fieldbus.derive.devices import T0_MS, bound, meter, reading


def quarters(processor: Processor, *told: tuple[int, int | None], steady: bool = True) -> list[tuple[int, float]]:
    """Read a meter at times in seconds after the start of the first quarter; return the number and the energy (Wh) of closed quarters.

    A `steady` meter is also read once a minute in between.
    """
    found = []
    between: list[tuple[int, int | None]] = []
    for (before_s, raw), (after_s, _) in itertools.pairwise(told):
        steps = range(before_s // 900 * 900 + 120, after_s // 900 * 900 + 900, 60) if steady and after_s - before_s < 3000 else ()
        between += [(t_s, raw) for t_s in steps if before_s < t_s < after_s and t_s % 900 > 60]
    for t_s, raw in sorted([*told, *between], key=lambda one: one[0]) if steady else told:
        for row in processor.process([reading(T0_MS + 1000 * t_s, raw)]):
            if row.stream == 1:
                found.append(((row.t_ms - T0_MS) // QUARTER_MS, row.values[0]))
    return found  # type: ignore[return-value]


def test_a_quarter_has_the_energy_between_its_first_reading_and_that_of_the_next_quarter() -> None:
    processor = Processor(bound(meter()))
    assert processor.streams[1].every_s == 900
    assert quarters(processor, (-5, 990), (5, 1000), (450, 1040), (899, 1090), (904, 1100), (1803, 1250)) == [(1, 10_000.0), (2, 15_000.0)]


def test_a_quarter_without_a_reading_at_its_start_or_end_is_absent_and_the_next_ones_are_right() -> None:
    assert quarters(Processor(bound(meter())), (300, 1000), (905, 1100), (1805, 1200)) == [(2, 10_000.0)]
    assert quarters(Processor(bound(meter())), (5, 1000), (1000, 1100), (1805, 1200), (2705, 1210)) == [(3, 1000.0)]
    assert quarters(Processor(bound(meter())), (5, 1000), (3605, 1100), (4505, 1101)) == [(5, 100.0)]


def test_a_register_that_decreased_belongs_to_a_new_meter_and_closes_no_quarter() -> None:
    assert quarters(Processor(bound(meter())), (5, 9_000_000), (905, 40), (1805, 50)) == [(2, 1000.0)]


def test_a_register_that_wraps_around_keeps_counting() -> None:
    assert quarters(Processor(bound(meter(wraps_at=10_000))), (5, 9990), (905, 20)) == [(1, 3000.0)]


def test_setting_the_clock_creates_no_energy() -> None:
    after = [(905 + 60 * minute, 1150) for minute in range(15)]
    assert quarters(Processor(bound(meter())), (5, 1000), (86405, 1100), *after, (1805, 1160), steady=False) == [(2, 1000.0)]


def test_a_long_gap_of_a_meter_without_serial_number_closes_no_quarter() -> None:
    processor = Processor(bound(meter()))
    steps = [(900 + 10 * step, 9000) for step in range(91)]
    assert quarters(processor, (5, 1000), (600, 8000), *steps, steady=False) == [(2, 0.0)]


def test_a_restart_loses_no_quarter() -> None:
    device = bound(meter(), meter="sn-1")
    first = Processor(device)
    assert quarters(first, (5, 1000), (300, 1020)) == []
    kept = first.changed_state()
    assert kept is not None
    assert first.changed_state() is None
    assert quarters(Processor(device, kept), (600, 1050), (905, 1100)) == [(1, 10_000.0)]


def test_the_stored_registers_of_another_meter_are_ignored() -> None:
    first = Processor(bound(meter(), meter="sn-1"))
    quarters(first, (5, 1000))
    assert quarters(Processor(bound(meter(), meter="sn-2"), first.changed_state()), (905, 5000), (1805, 5001)) == [(2, 100.0)]


SERIAL = Point(name="serial", holding=9, type="uint32")
IDENTITY = Measurement(measurement="device", fields={"serial_number": "serial"})


def identified() -> Processor:
    return Processor(bound(meter(SERIAL, measurements=[IDENTITY])))


def seen(processor: Processor, t_s: int, raw: int | None, serial: str | None) -> list[float]:
    readings = [reading(T0_MS + 1000 * t_s, raw)] + ([reading(T0_MS + 1000 * t_s, serial, stream=1)] if serial else [])
    return [row.values[0] for row in processor.process(readings) if row.stream == 2]  # type: ignore[misc]


def test_a_meter_with_a_new_serial_number_starts_over_even_if_its_register_is_higher() -> None:
    processor = identified()
    assert seen(processor, 5, 1000, "17") == []
    assert seen(processor, 20, 1001, None) == []
    # After five minutes without a reading, another meter is there.
    assert seen(processor, 320, 77_000, "18") == []
    assert seen(processor, 895, 77_001, None) == []
    assert seen(processor, 905, 77_010, "18") == []
    for t_s in range(915, 1800, 10):
        assert seen(processor, t_s, 77_020, None) == []
    assert seen(processor, 1805, 77_110, None) == [10_000.0]


def test_a_meter_continues_after_a_gap_once_its_serial_number_is_confirmed() -> None:
    processor = identified()
    seen(processor, 5, 1000, "17")
    assert seen(processor, 400, 1040, "17") == []
    for t_s in range(410, 900, 10):
        seen(processor, t_s, 1090, None)
    assert seen(processor, 905, 1100, None) == [10_000.0]


def test_a_meter_whose_serial_number_is_not_confirmed_after_a_gap_closes_no_quarter() -> None:
    processor = identified()
    seen(processor, 5, 1000, "17")
    assert seen(processor, 904, 1100, None) == []


@given(st.lists(st.tuples(st.integers(1, 400), st.integers(0, 500)), min_size=1, max_size=200))
def test_quarters_never_add_up_to_more_than_the_register_counted(steps: list[tuple[int, int]]) -> None:
    processor = Processor(bound(meter()))
    t_s, register, total = 0, 0, 0.0
    for wait_s, more in steps:
        t_s, register = t_s + wait_s, register + more
        total += sum(energy for _, energy in quarters(processor, (t_s, register)))
    assert total <= 100 * register
