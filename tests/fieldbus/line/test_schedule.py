"""Whose turn it is: deadlines, silences, the line's share for them, power. Time is a number here."""

import itertools
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.config.profile_library import ProfileLibrary
from gateway.fieldbus.binding.binder import bind
from gateway.fieldbus.binding.bound_device import BoundDevice, StreamGroup
from gateway.fieldbus.line.power import PowerSupplies
from gateway.fieldbus.line.schedule import Schedule
from gateway.fieldbus.line.silences import LAST_PROBE_S
from gateway.fieldbus.line.ticks import Turn
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.site.lines import DeviceSettings, SupplySettings

PROFILE = ProfileLibrary().get("xy_md02")
PROBE_S = 0.45


def device(number: int, *every_s: float, powered_by: SupplySettings | None = None) -> BoundDevice:
    bound = bind(DeviceSettings(id=f"d{number}", profile="xy_md02", asset="a", unit=number + 1), PROFILE, {})
    groups = tuple(StreamGroup(seconds, (place,)) for place, seconds in enumerate(every_s))
    return bound._replace(groups=groups, powered_by=powered_by)


class Line:
    """A line in made-up time: every read takes a tenth of a second, one that is not answered 0.45."""

    def __init__(self, devices: list[BoundDevice], read_s: float = 0.1, probe_s: float = PROBE_S, **options: object) -> None:
        self.schedule = Schedule(devices, 0.0, probe_s=probe_s, share=0.1, jitter=lambda: 1.0, **options)  # type: ignore[arg-type]
        self.read_s, self.probe_s = read_s, probe_s
        self.now_s = 0.0
        self.dead: set[int] = set()
        self.log: list[tuple[float, Turn, bool | None]] = []
        self.silent_s = 0.0

    def run(self, until_s: float) -> None:
        while self.now_s < until_s:
            turn = self.schedule.next(self.now_s)
            if turn is None:
                wake_s = self.schedule.wake_s(self.now_s)
                assert wake_s > self.now_s, "a schedule with nothing to do says when to look again"
                self.now_s = wake_s
                continue
            began_s = self.now_s
            answered: bool | None = None
            if turn.instead is None:
                answered = turn.device not in self.dead
                self.now_s += self.read_s if answered else self.probe_s
                self.silent_s += 0 if answered else self.probe_s
            self.schedule.done(turn, began_s, self.now_s, answered=answered)
            self.log.append((began_s, turn, answered))

    def times(self, number: int, group: int | None = None) -> list[float]:
        return [at for at, turn, answered in self.log if turn.device == number and answered and (group is None or group in turn.groups)]


def test_a_line_is_idle_while_no_poll_with_an_interval_is_due() -> None:
    line = Line([device(0, 10.0), device(1, 0.0)])
    assert not line.schedule.idle(0.0)
    line.run(0.05)
    assert line.schedule.idle(line.now_s)
    assert not line.schedule.idle(10.0)


def test_every_device_is_asked_at_its_interval_and_starts_are_staggered() -> None:
    line = Line([device(n, 2.0) for n in range(4)])
    line.run(20)
    assert [line.times(n)[:2] for n in range(4)] == [[0.0, 2.0], [0.5, 2.5], [1.0, 3.0], [1.5, 3.5]]
    assert all(len(line.times(n)) == 10 for n in range(4))
    assert line.schedule.missed == 0


def test_lines_that_tick_together_start_devices_in_different_seconds() -> None:
    line = Line([device(n, 4.0) for n in range(3)], whole_seconds=True)
    line.run(3)
    assert [line.times(n)[0] for n in range(3)] == [0.0, 1.0, 2.0]


def test_the_earliest_deadline_is_served_first() -> None:
    line = Line([device(0, 60.0), device(1, 1.0)], whole_seconds=True)
    line.schedule.done(line.schedule.next(0.0), 0.0, 0.0, answered=True)  # type: ignore[arg-type]
    line = Line([device(0, 60.0), device(1, 60.0), device(2, 1.0)])
    for tick in line.schedule._due.ticks:
        tick.due_s = 0.0
    assert line.schedule.next(0.0).device == 2  # type: ignore[union-attr]


def test_what_is_due_of_a_device_is_asked_together() -> None:
    line = Line([device(0, 1.0, 2.0)])
    line.run(4)
    assert [turn.groups for _, turn, _ in line.log] == [(0, 1), (0,), (0, 1), (0,)]


def test_ticks_that_passed_are_counted_and_never_made_up_for() -> None:
    line = Line([device(0, 1.0)], read_s=3.5)
    line.run(20)
    assert line.times(0) == [0.0, 4.0, 8.0, 12.0, 16.0]
    assert line.schedule.missed == 3 * 5


def test_what_is_wanted_as_often_as_possible_fills_the_line_and_keeps_nobody_waiting() -> None:
    line = Line([device(n, 1.0, 0.0) for n in range(3)])
    line.run(30)
    for number in range(3):
        fast = line.times(number, 0)
        assert max(after - before for before, after in itertools.pairwise(fast)) <= 1.2
    rest = Counter(turn.device for _, turn, _ in line.log if turn.groups == (1,))
    assert max(rest.values()) - min(rest.values()) <= 1
    assert sum(line.read_s for _ in line.log) > 29


def test_a_read_that_can_not_wait_comes_between_those_of_a_slow_one() -> None:
    line = Line([device(0, 60.0), device(1, 1.0)])
    for tick in line.schedule._due.ticks:
        tick.due_s = 5.0 if tick.device == 0 else 5.3
    turn = line.schedule.next(5.0)
    assert turn is not None
    assert turn.device == 0
    assert line.schedule.urgent(5.1, turn.deadline_s) is None
    assert line.schedule.urgent(5.4, turn.deadline_s).device == 1  # type: ignore[union-attr]


def test_a_dead_device_is_probed_ever_more_rarely_and_its_ticks_say_so() -> None:
    line = Line([device(n, 1.0) for n in range(8)])
    line.dead = {3}
    line.run(200)
    probes = [at for at, turn, answered in line.log if answered is False]
    pauses = [after - before for before, after in itertools.pairwise(probes)]
    assert pauses[0] < 2
    assert 30 <= max(pauses) <= LAST_PROBE_S * 1.25 + 6
    said = [turn for _, turn, _ in line.log if turn.device == 3 and turn.instead is not None]
    assert {turn.instead for turn in said} == {Quality.BadNoCommunication}
    assert len(said) > 150
    assert line.schedule.silent(3)


def test_one_lost_frame_is_no_silence() -> None:
    line = Line([device(0, 1.0), device(1, 1.0)])
    line.run(5)
    line.dead = {0}
    line.run(5.9)
    line.dead = set()
    line.run(10)
    assert not line.schedule.silent(0)
    assert not any(turn.instead for _, turn, _ in line.log)


@settings(max_examples=60)
@given(st.sets(st.integers(0, 7), min_size=1, max_size=7), st.sampled_from([0.0, 1.0, 2.0]))
def test_silent_devices_together_take_no_more_than_their_share(dead: set[int], every_s: float) -> None:
    line = Line([device(n, every_s) for n in range(8)])
    line.dead = dead
    line.run(300)
    # Beyond their share only what it took to find them out, of which some is lent.
    assert line.silent_s <= 0.1 * 300 + (len(dead) + 4) * PROBE_S
    living = [n for n in range(8) if n not in dead]
    counts = [len(line.times(number)) for number in living]
    assert max(counts) - min(counts) <= max(2, 0.05 * max(counts))


def test_a_line_on_which_most_devices_die_at_once_still_serves_the_others() -> None:
    line = Line([device(n, 5.0) for n in range(24)], probe_s=1.5)
    line.dead = set(range(20))
    line.run(100)
    assert line.silent_s <= 0.1 * 100 + (20 + 4) * 1.5, "only what it took to find each out, once"
    line.run(1000)
    assert line.silent_s <= 0.1 * 1000 + 1.5, "and that is paid off in the end"
    for number in range(20, 24):
        assert len(line.times(number)) > 0.95 * 1000 / 5 - 8


def test_five_of_eight_dead_cost_the_living_none_of_their_ticks() -> None:
    line = Line([device(n, 2.0) for n in range(8)])
    line.dead = {0, 2, 4, 5, 7}
    line.run(10)
    before = {n: len(line.times(n)) for n in (1, 3, 6)}
    line.run(210)
    for number in (1, 3, 6):
        times = line.times(number)[before[number] :]
        assert len(times) >= 99
        assert max(after - before for before, after in itertools.pairwise(times)) < 2.0 + PROBE_S + 0.3


def test_probes_that_fit_no_gap_follow_due_polls_if_lines_tick_together() -> None:
    line = Line([device(n, 1.0) for n in range(3)], probe_s=1.0, whole_seconds=True)
    line.dead = {1}
    line.run(120)
    probes = [at for at, turn, answered in line.log if answered is False]
    assert len(probes) >= 4
    assert all(round(at % 1.0, 3) == 0.2 for at in probes[1:]), "after the polls of the two others, of a tenth of a second each"
    for number in (0, 2):
        times = line.times(number)[2:]
        assert max(after - before for before, after in itertools.pairwise(times)) < 1.5


def test_a_probe_does_not_follow_at_once_when_it_is_paid_off() -> None:
    line = Line([device(n, 1.0) for n in range(2)], probe_s=2.0, whole_seconds=True)
    line.dead = {1}
    line.run(300)
    probes = [at for at, turn, answered in line.log if answered is False]
    assert all(round(at % 1.0, 3) == 0.1 for at in probes[1:])


def test_an_overtaken_device_is_not_polled_until_its_poll_ends() -> None:
    schedule = Line([device(0, 1.0), device(1, 1.0)], whole_seconds=True).schedule
    first, second = schedule.round(0.0)
    schedule.overtaken(first)
    schedule.done(second, 0.0, 0.0, answered=True)
    (turn,) = schedule.round(1.0)
    assert turn.device == 1
    schedule.done(turn, 1.0, 1.1, answered=True)
    schedule.done(first, 0.0, 1.5, answered=True)
    assert schedule.missed == 1
    assert [turn.device for turn in schedule.round(2.0)] == [0, 1]


def test_a_device_whose_probe_is_overtaken_is_not_probed_again_and_its_ticks_say_that_it_is_silent() -> None:
    line = Line([device(0, 1.0)], whole_seconds=True)
    line.dead = {0}
    line.run(3)
    schedule, probe = line.schedule, Turn(0, (0,), ())
    assert schedule.silent(0)
    schedule.overtaken(probe)
    for second in range(100, 200):
        turn = schedule.next(float(second))
        assert turn is not None
        assert turn.instead is Quality.BadNoCommunication
        schedule.done(turn, second, second, answered=None)
    schedule.done(probe, 100.0, 200.0, answered=True)
    assert not schedule.silent(0)


def test_a_device_that_returns_is_asked_for_everything_at_once_within_the_probe_bound() -> None:
    line = Line([device(0, 2.0, 60.0), device(1, 2.0)])
    line.dead = {0}
    line.run(300)
    line.dead = set()
    line.run(340)
    back = [(at, turn) for at, turn, answered in line.log if turn.device == 0 and answered and at >= 300]
    assert back[0][0] <= 300 + LAST_PROBE_S * 1.25 + 6
    assert any(1 in turn.groups for at, turn in back if at <= back[0][0] + 0.5)
    assert not line.schedule.silent(0)


def test_a_probe_waits_for_a_gap_between_due_reads() -> None:
    line = Line([device(0, 5.0), device(1, 0.3)])
    line.dead = {0}
    line.run(120)
    late = [at for at, turn, answered in line.log if answered is False]
    assert len(late) >= 5, "with no gap wide enough it is done all the same, after a while"


SUPPLY = SupplySettings(device="d0", point="temperature")


def reading(value: object) -> Reading:
    return Reading(0, 0, [value, 1], {})  # type: ignore[list-item]


def test_a_device_without_power_is_neither_asked_nor_bad() -> None:
    devices = [device(0, 1.0), device(1, 1.0, powered_by=SUPPLY)]
    supplies = PowerSupplies(devices)
    line = Line(devices, powered=supplies.powered)
    line.run(3)
    assert len(line.times(1)) == 3, "before anything is known it is asked"
    supplies.update("d0", [reading(0)])
    line.run(6)
    off = [(turn.instead, answered) for at, turn, answered in line.log if turn.device == 1 and at >= 3]
    assert off == [(Quality.GoodNoData, None)] * 3
    supplies.update("d0", [reading(1)])
    line.run(9)
    assert len([at for at in line.times(1) if at >= 6]) == 3


def test_a_device_that_lost_its_power_is_not_held_to_be_silent_when_it_has_it_again() -> None:
    devices = [device(0, 1.0), device(1, 1.0, powered_by=SUPPLY)]
    supplies = PowerSupplies(devices)
    line = Line(devices, powered=supplies.powered)
    line.dead = {1}
    line.run(10)
    assert line.schedule.silent(1)
    supplies.update("d0", [reading(False)])
    line.run(12)
    line.dead = set()
    supplies.update("d0", [reading(True)])
    line.run(14)
    assert len([at for at in line.times(1) if at >= 12]) == 2


def test_a_device_that_is_set_aside_is_left_alone_even_by_probes_and_then_polled_again() -> None:
    aside: set[str] = set()
    line = Line([device(0, 1.0), device(1, 1.0), device(2, 0.0)], aside=aside)
    line.dead = {1}
    line.run(10)
    assert line.schedule.silent(1)
    aside |= {"d1", "d2"}
    line.run(20)
    asked = [turn.device for at, turn, answered in line.log if at >= 10 and answered is not None]
    assert set(asked) == {0}
    line.dead = set()
    aside.clear()
    line.run(23)
    assert len([at for at in line.times(1) if at >= 20]) >= 2
    assert [at for at in line.times(2) if at >= 20]
