"""The read plan: never more expensive than any other set of reads, and within what a device allows."""

import math
from functools import cache

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.fieldbus.modbus.planning.read_cost import BusCost, character_s, rtu_cost, silence_s, tcp_cost
from gateway.fieldbus.modbus.planning.read_plan import Hole, Read, ReadLimits, RegisterSpan, gaps, plan, plan_spans, span
from gateway.model.profile import SIZE_BYTES, Point, Stretch
from gateway.model.site.lines import DeviceSettings
from tests.bench.plan import TRANSPORTS, planned, rivals
from tests.fieldbus.made_devices import COST, device, plan_at_9600, point
from tests.profiles.library import LIBRARY


def test_adjacent_points_become_one_read() -> None:
    reads = plan_at_9600(device(point(12, "int32"), point(10), point(11), point(40)))
    assert reads == [Read(3, 10, 4, (1, 2, 0)), Read(3, 40, 1, (3,))]


def test_a_read_is_as_long_as_the_profile_allows_and_never_splits_a_value() -> None:
    reads = plan_at_9600(device(*(point(2 * n, "float32") for n in range(5)), longest_read=5))
    assert [(read.address, read.quantity) for read in reads] == [(0, 4), (4, 4), (8, 2)]


def test_bits_of_one_register_are_read_once() -> None:
    assert plan_at_9600(device(*(point(7, "bool", bit=bit, name=f"b{bit}") for bit in range(3)))) == [Read(3, 7, 1, (0, 1, 2))]


def test_a_point_marked_alone_gets_its_own_read() -> None:
    assert plan_at_9600(device(point(10), point(11, alone=True), point(12))) == [Read(3, 10, 3, (0, 2)), Read(3, 11, 1, (1,))]


def test_a_point_that_must_not_be_bridged_is_not_read_unless_it_is_wanted() -> None:
    made = device(point(10), point(11, bridge=False), point(12))
    assert [(read.address, read.quantity) for read in plan(made, COST, wanted=[0, 2])] == [(10, 1), (12, 1)]
    assert [(read.address, read.quantity) for read in plan_at_9600(made)] == [(10, 3)]


def test_functions_are_not_mixed() -> None:
    points = [
        Point(name="a", coil=1, type="bool"),
        Point(name="b", discrete=2, type="bool"),
        Point(name="c", input=3, type="int16"),
        point(4),
    ]
    assert [read.function for read in plan_at_9600(device(*points))] == [1, 2, 3, 4]


@given(
    st.lists(st.tuples(st.integers(0, 400), st.sampled_from(sorted(SIZE_BYTES.keys() - {"int24", "uint24"}))), min_size=1, max_size=40),
    st.integers(4, 125),
)
def test_every_point_is_covered_once_within_the_limit(wanted: list[tuple[int, str]], longest: int) -> None:
    made = device(
        *(point(address, type_, name=f"p{n}", bit=0 if type_ == "bool" else None) for n, (address, type_) in enumerate(wanted)),
        longest_read=longest,
    )
    reads = plan_at_9600(made)
    assert sorted(slot for read in reads for slot in read.slots) == list(range(len(wanted)))
    assert all(read.quantity <= longest for read in reads)
    for read in reads:
        for slot in read.slots:
            one = span(slot, made.slots[slot])
            assert read.address <= one.address
            assert one.address + one.width <= read.address + read.quantity


SPACE = 16


@st.composite
def maps(draw: st.DrawFn) -> tuple[list[RegisterSpan], ReadLimits]:
    """A small map of one table: points that may overlap, stretches that can't be read, a longest read."""
    function = draw(st.sampled_from([1, 3]))
    widths = [1] if function == 1 else [1, 1, 2, 2, 4]
    places = draw(st.lists(st.tuples(st.integers(0, SPACE - 4), st.sampled_from(widths)), min_size=1, max_size=7))
    spans = [RegisterSpan(function, False, address, width, number) for number, (address, width) in enumerate(places)]
    wanted = {address for one in spans for address in range(one.address, one.end)}
    free = [address for address in range(SPACE) if address not in wanted]
    barred = draw(st.lists(st.sampled_from(free), max_size=3, unique=True)) if free else []
    longest = draw(st.integers(4, SPACE))
    bits = draw(st.integers(4, SPACE))
    return spans, ReadLimits(longest, bits, frozenset(Hole(function, address, address + 1) for address in barred))


def read_cost_s(bit_s: float, turnaround_s: float, function: int, quantity: int) -> float:
    """Return the cost of a read, computed independently: 10 bits a character, 3.5 characters of silence."""
    payload = math.ceil(quantity / 8) if function == 1 else quantity * 2
    characters = 8 + 3 + payload + 2 + 3.5
    return characters * 10 * bit_s + turnaround_s


def brute_force(spans: list[RegisterSpan], limits: ReadLimits, bit_s: float, turnaround_s: float) -> float:
    """Return the least cost of all sets of reads that cover every span, overlapping and bridging ones included."""
    function = spans[0].function
    longest = limits.longest_bits if function == 1 else limits.longest
    barred = {address for hole in limits.holes for address in range(hole.first, hole.end)}
    reads = [
        (
            sum(1 << n for n, one in enumerate(spans) if first <= one.address and one.end <= first + size),
            read_cost_s(bit_s, turnaround_s, function, size),
        )
        for first in range(SPACE)
        for size in range(1, longest + 1)
        if barred.isdisjoint(range(first, first + size))
    ]
    everything = (1 << len(spans)) - 1

    @cache
    def least(covered: int) -> float:
        if covered == everything:
            return 0.0
        missing = next(n for n in range(len(spans)) if not covered >> n & 1)
        return min((price + least(covered | read) for read, price in reads if read >> missing & 1), default=math.inf)

    return least(0)


def total(reads: list[Read], cost: BusCost) -> float:
    return sum(cost.read_s(read.function, read.quantity) for read in reads)


@settings(max_examples=1000)
@given(maps(), st.sampled_from([1200, 9600, 19200]), st.sampled_from([0.0, 0.002, 0.01, 0.05]))
def test_no_set_of_reads_is_cheaper_than_the_plan(made: tuple[list[RegisterSpan], ReadLimits], baud: int, turnaround_s: float) -> None:
    spans, limits = made
    one_s = character_s(baud)
    cost = rtu_cost(one_s, silence_s(baud, one_s), turnaround_s)
    reads = plan_spans(spans, limits, cost)
    assert math.isclose(total(reads, cost), brute_force(spans, limits, 1 / baud, turnaround_s), rel_tol=1e-9)


@settings(max_examples=500)
@given(maps())
def test_every_point_is_covered_and_no_limit_is_passed(made: tuple[list[RegisterSpan], ReadLimits]) -> None:
    spans, limits = made
    reads = plan_spans(spans, limits, tcp_cost(0.005))
    assert sorted(slot for read in reads for slot in read.slots) == [one.slot for one in spans]
    for read in reads:
        assert read.quantity <= limits.of(read.function)
        for hole in limits.holes:
            assert not (read.address < hole.end and hole.first < read.address + read.quantity)
        for slot in read.slots:
            assert read.address <= spans[slot].address
            assert spans[slot].end <= read.address + read.quantity


def one_read(*places: tuple[int, int], baud: int = 9600, turnaround_s: float = 0.01, **limits: object) -> list[tuple[int, int]]:
    one_s = character_s(baud)
    spans = [RegisterSpan(3, False, address, width, number) for number, (address, width) in enumerate(places)]
    reads = plan_spans(spans, ReadLimits(**limits), rtu_cost(one_s, silence_s(baud, one_s), turnaround_s))  # type: ignore[arg-type]
    return [(read.address, read.quantity) for read in reads]


def test_a_gap_is_bridged_exactly_if_that_is_cheaper_than_another_read() -> None:
    # Field practice: 13 characters of frame, 3.5 of silence and 10 ms of turnaround are worth 13.05 words at 9600 baud.
    assert one_read((0, 1), (14, 1)) == [(0, 15)]
    assert one_read((0, 1), (15, 1)) == [(0, 1), (15, 1)]
    assert one_read((0, 1), (15, 1), turnaround_s=0.02) == [(0, 16)]


def test_no_read_is_longer_than_the_specification_allows() -> None:
    assert one_read(*((address, 1) for address in range(126)), baud=115200) == [(0, 1), (1, 125)] or all(
        quantity <= 125 for _, quantity in one_read(*((address, 1) for address in range(126)), baud=115200)
    )
    bits = [RegisterSpan(1, False, address, 1, address) for address in range(2001)]
    reads = plan_spans(bits, ReadLimits(), tcp_cost(0.005))
    assert len(reads) == 2
    assert max(read.quantity for read in reads) <= 2000


def test_a_boundary_that_a_device_has_shown_is_not_crossed() -> None:
    assert one_read((0, 2), (2, 2), holes=frozenset({Hole(3, 2, 2)})) == [(0, 2), (2, 2)]
    assert one_read((0, 2), (2, 2), holes=frozenset({Hole(4, 2, 2)})) == [(0, 4)]


def test_a_device_without_bridging_gets_no_bridge() -> None:
    assert one_read((0, 1), (1, 1), (3, 1), bridging=False) == [(0, 2), (3, 1)]


def test_the_gaps_of_a_read_are_what_it_bridges() -> None:
    spans = [RegisterSpan(3, False, 10, 2, 0), RegisterSpan(3, False, 14, 1, 1), RegisterSpan(3, False, 20, 1, 2)]
    assert gaps(Read(3, 10, 11, (0, 1, 2)), spans) == [Hole(3, 12, 14), Hole(3, 15, 20)]


def test_an_undivided_stretch_is_read_whole() -> None:
    profile = LIBRARY.get("carlo_gavazzi_em340")
    assert profile.modbus is not None
    modbus = msgspec.structs.replace(profile.modbus, undivided=[Stretch(table="input", first=40, last=60)])
    bound = bind(DeviceSettings(id="d", profile=profile.profile, asset="a"), msgspec.structs.replace(profile, modbus=modbus), {})
    wanted = [n for n, slot in enumerate(bound.slots) if slot.point.name == "frequency"]
    assert [(read.address, read.quantity) for read in plan(bound, tcp_cost(0.01), wanted)] == [(40, 21)]


def test_no_simpler_planner_is_cheaper_on_any_profile_of_the_library() -> None:
    for name in LIBRARY.names:
        profile = LIBRARY.get(name)
        if profile.modbus is None:
            continue
        for cost in TRANSPORTS.values():
            device, reads = planned(profile, cost)
            spans = [span(number, slot) for number, slot in enumerate(device.slots)]
            assert sorted(slot for read in reads for slot in read.slots) == list(range(len(device.slots)))
            assert all(read.quantity <= (2000 if read.function in (1, 2) else profile.modbus.longest_read) for read in reads)
            assert total(reads, cost) <= min(rivals(spans, profile.modbus.longest_read, cost).values()) + 1e-9, name


def test_only_modbus_points_have_a_span_and_a_plan() -> None:
    radar = bind_every_point(LIBRARY.get("omnipresense_ops243"))
    with pytest.raises(ValueError, match="has no address"):
        span(0, radar.slots[0])
    with pytest.raises(ValueError, match="'omnipresense_ops243' does not speak Modbus"):
        plan(radar, COST)
