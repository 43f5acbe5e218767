"""Which command is in effect, and the model that it is held against."""

from typing import Any

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from gateway.control.commands.override import LightOverride, Precedence
from gateway.control.commands.standing_orders import OrderVerdict, StandingOrders
from gateway.control.wanted import LampHealth, wanted
from tests.control.commands.orders import DAY_MS, HOUR_MS, MINUTE_MS, NOW_MS, override, release
from tests.control.streets import LAMP, timetable

NOTHING = StandingOrders()


def after(*commands: LightOverride, now_ms: int | None = NOW_MS) -> StandingOrders:
    orders = NOTHING
    for one in commands:
        orders, _ = orders.received(one, now_ms)
    return orders


def level(orders: StandingOrders, now_ms: int | None, precedence: Precedence = Precedence.OVERRIDE) -> int | None:
    found = orders.in_effect(precedence, now_ms)
    return None if found is None else found.level


def test_the_newest_wins_in_any_order_of_arrival() -> None:
    older, newer = override("a", level=30), override("b", issued_ms=NOW_MS + 1, level=60)
    assert {level(after(*two), NOW_MS + MINUTE_MS) for two in ((older, newer), (newer, older), (newer, older, newer))} == {60}


def test_commands_of_one_millisecond_are_ordered_by_their_ids() -> None:
    assert level(after(override("b", level=60), override("a", level=30)), NOW_MS) == 60


def test_a_command_ends_at_its_expiry_and_the_one_before_does_not_come_back() -> None:
    orders = after(override("a", level=30, expires_ms=NOW_MS + 9 * HOUR_MS), override("b", issued_ms=NOW_MS + 1, level=60))
    assert level(orders, NOW_MS + 2 * HOUR_MS - 1) == 60
    assert level(orders, NOW_MS + 2 * HOUR_MS) is None


def test_until_a_command_starts_the_one_before_is_in_effect() -> None:
    orders = after(
        override("a", level=30, expires_ms=NOW_MS + 9 * HOUR_MS), override("b", issued_ms=NOW_MS + 1, start_ms=NOW_MS + HOUR_MS, level=60)
    )
    assert [level(orders, NOW_MS + number * HOUR_MS) for number in (0, 1, 2, 3)] == [30, 60, None, None]


def test_a_release_ends_what_is_in_effect_but_not_what_is_commanded_after_it() -> None:
    orders = after(override("a"), release("b", NOW_MS + 5), override("c", issued_ms=NOW_MS + 9, level=20))
    assert [level(orders, NOW_MS + number) for number in (4, 5, 9)] == [100, None, 20]


def test_each_precedence_has_its_own_newest() -> None:
    orders = after(override("a", precedence=Precedence.SAFETY), override("b", issued_ms=NOW_MS + 1, level=20), release("c", NOW_MS + 2))
    assert level(orders, NOW_MS + 5, Precedence.SAFETY) == 100
    assert level(orders, NOW_MS + 5) is None


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "accepted"), ({"level": 101}, "parameterValueNotValid"), ({"level": -1}, "parameterValueNotValid"),
        ({"expires_ms": None}, "parameterMissing"), ({"expires_ms": None, "review_ms": NOW_MS + DAY_MS}, "accepted"),
        ({"expires_ms": NOW_MS}, "parameterValueNotValid"), ({"issued_ms": NOW_MS - 3 * HOUR_MS, "expires_ms": NOW_MS - HOUR_MS}, "expired"),
        ({"issued_ms": NOW_MS - DAY_MS - 1}, "stale"), ({"issued_ms": NOW_MS + 2 * MINUTE_MS}, "parameterValueNotValid"),
        ({"precedence": Precedence.HAND_SWITCH}, "parameterValueNotValid"), ({"precedence": Precedence.CALENDAR}, "parameterValueNotValid"),
    ],
)  # fmt: skip
def test_a_command_is_accepted_or_refused_with_a_code(changed: dict[str, Any], verdict: OrderVerdict) -> None:
    assert NOTHING.received(override(**changed), NOW_MS)[1] == verdict


def test_a_command_that_arrives_again_or_too_late_changes_nothing() -> None:
    orders = after(override("a", level=30), override("b", issued_ms=NOW_MS + 1, level=60))
    assert orders.received(override("b", issued_ms=NOW_MS + 1, level=60), NOW_MS + 9) == (orders, "duplicate")
    late, verdict = orders.received(override("c", issued_ms=NOW_MS - 1, level=1), NOW_MS + 9)
    assert verdict == "superseded"
    assert level(late, NOW_MS + 9) == 60


def test_without_a_trusted_clock_only_what_needs_none_is_in_effect() -> None:
    permanent = override("a", level=40, expires_ms=None, review_ms=NOW_MS)
    assert level(after(permanent), None) == 40
    assert level(after(override("a")), None) is None
    assert level(after(permanent, override("b", issued_ms=NOW_MS + 1)), None) is None
    assert NOTHING.received(override(), None)[1] == "clockUntrusted"
    assert NOTHING.received(permanent, None)[1] == "accepted"


def test_a_command_that_has_ended_is_in_effect_again_if_the_clock_was_wrong() -> None:
    orders = after(override("a"))
    orders, _ = orders.received(release("x", NOW_MS + 3 * HOUR_MS, precedence=Precedence.RULE), NOW_MS + 3 * HOUR_MS)
    assert level(orders, NOW_MS + 3 * HOUR_MS) is None
    assert level(orders, NOW_MS + HOUR_MS) == 100


def test_a_command_that_was_replaced_is_in_effect_again_if_the_clock_was_wrong() -> None:
    later = override("b", issued_ms=NOW_MS + 1, start_ms=NOW_MS + 3 * HOUR_MS, level=60, expires_ms=NOW_MS + 5 * HOUR_MS)
    orders = after(override("a", level=30, expires_ms=NOW_MS + 9 * HOUR_MS), later)
    orders, _ = orders.received(release("x", NOW_MS + 4 * HOUR_MS, precedence=Precedence.RULE), NOW_MS + 4 * HOUR_MS)
    assert [level(orders, NOW_MS + number * HOUR_MS) for number in (4, 2)] == [60, 30]


@pytest.mark.parametrize("precedence", [Precedence.SAFETY, Precedence.OVERRIDE, Precedence.RULE])
def test_a_permanent_command_stays_in_effect_however_long_ago_it_began(precedence: Precedence) -> None:
    orders, now_ms = after(override("a", level=40, expires_ms=None, review_ms=NOW_MS, precedence=precedence)), NOW_MS + 9 * DAY_MS
    for number, other in enumerate(Precedence):
        if other != precedence:
            orders, _ = orders.received(override(f"{number}", issued_ms=now_ms, expires_ms=now_ms + 1, precedence=other), now_ms)
    assert level(orders, now_ms + DAY_MS, precedence) == 40


def test_what_was_replaced_a_day_ago_is_forgotten() -> None:
    orders, now_ms = NOTHING, NOW_MS
    for number in range(500):
        now_ms += HOUR_MS
        orders, verdict = orders.received(override(f"{number:04}", issued_ms=now_ms, expires_ms=now_ms + HOUR_MS), now_ms)
        assert verdict == "accepted"
        assert len(orders.overrides) <= 30


def test_a_flood_of_commands_is_refused_but_a_release_is_not() -> None:
    orders = after(*(override(f"{number:04}", start_ms=NOW_MS + HOUR_MS) for number in range(70)))
    assert orders.received(override("next"), NOW_MS)[1] == "serviceConstraintExceeded"
    assert len(orders.overrides) == 64
    orders, verdict = orders.received(release("z", NOW_MS + 1), NOW_MS)
    assert verdict == "accepted"


def test_the_latest_end_and_its_way_back_are_known() -> None:
    orders = after(override("a", ramp_from_s=30.0))
    assert orders.ended(NOW_MS) is None
    assert orders.ended(NOW_MS + 2 * HOUR_MS) == (NOW_MS + 2 * HOUR_MS, 30.0)
    assert after(override("a"), release("b", NOW_MS + 5, ramp_s=9.0)).ended(NOW_MS + 6) == (NOW_MS + 5, 9.0)


PRECEDENCES = (Precedence.SAFETY, Precedence.OVERRIDE, Precedence.RULE)


class Commanded(RuleBasedStateMachine):
    """Commands that arrive in any order, again, and late, at a gateway that is killed and whose clock steps.

    The model keeps all commands that were ever accepted, and looks for the newest that has begun. Clocks step by less than a day.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now_ms = NOW_MS
        self.orders = StandingOrders()
        self.issued: list[LightOverride] = []
        self.known: dict[str, LightOverride] = {}
        self.trusted = True
        self.table = timetable()

    @initialize()
    def begin(self) -> None:
        self.earliest_ms = self.now_ms

    @rule(
        level=st.one_of(st.none(), st.integers(0, 100)),
        precedence=st.sampled_from(PRECEDENCES),
        age_min=st.integers(0, 180),
        start_min=st.one_of(st.none(), st.integers(-30, 240)),
        length_min=st.sampled_from([None, 1, 60, 600, 5000]),
        ramp_s=st.sampled_from([0.0, 60.0]),
    )
    def issue(
        self, level: int | None, precedence: Precedence, age_min: int, start_min: int | None, length_min: int | None, ramp_s: float
    ) -> None:
        issued_ms = self.now_ms - age_min * MINUTE_MS
        start_ms = None if start_min is None or level is None else issued_ms + start_min * MINUTE_MS
        begins_ms = max(issued_ms, start_ms or issued_ms)
        expires_ms = None if length_min is None or level is None else begins_ms + length_min * MINUTE_MS
        self.issued.append(
            LightOverride(
                id=f"{len(self.issued):04}", issued_ms=issued_ms, issued_by="test", precedence=precedence, level=level, start_ms=start_ms,
                expires_ms=expires_ms, review_ms=begins_ms + DAY_MS, ramp_s=ramp_s, ramp_from_s=ramp_s,
            )
        )  # fmt: skip

    @rule(data=st.data(), times=st.integers(1, 2))
    def arrive(self, data: st.DataObject, times: int) -> None:
        if not self.issued:
            return
        command = data.draw(st.sampled_from(self.issued))
        for _ in range(times):
            self.orders, verdict = self.orders.received(command, self.now_ms if self.trusted else None)
            if verdict in ("accepted", "expired", "superseded"):
                self.known[command.id] = command
            else:
                assert verdict in ("duplicate", "stale", "clockUntrusted", "parameterValueNotValid")
                # Only a clock that was set back makes a command one of the future.
                assert verdict != "parameterValueNotValid" or command.issued_ms > self.now_ms + MINUTE_MS

    @rule(minutes=st.sampled_from([1, 59, 60, 600, 1440, 2000, 4000]))
    def time_passes(self, minutes: int) -> None:
        self.now_ms += minutes * MINUTE_MS
        self.earliest_ms = max(self.earliest_ms, self.now_ms - 20 * HOUR_MS)

    @rule(minutes=st.integers(-600, 600))
    def the_clock_steps(self, minutes: int) -> None:
        self.now_ms = max(self.earliest_ms, self.now_ms + minutes * MINUTE_MS)

    @rule(trusted=st.booleans())
    def the_clock_is_trusted_or_not(self, trusted: bool) -> None:
        self.trusted = trusted

    @rule()
    def the_gateway_is_killed(self) -> None:
        self.orders = msgspec.msgpack.decode(msgspec.msgpack.encode(self.orders), type=StandingOrders)

    def modelled(self, precedence: Precedence) -> int | None:
        commands = [one for one in self.known.values() if one.precedence == precedence]
        if not self.trusted:
            commands = [one for one in commands if one.start_ms is None]
            newest = max(commands, key=lambda one: (one.issued_ms, one.id), default=None)
            return None if newest is None or newest.expires_ms is not None else newest.level
        begun = [one for one in commands if max(one.issued_ms, one.start_ms or one.issued_ms) <= self.now_ms]
        newest = max(begun, key=lambda one: (one.issued_ms, one.id), default=None)
        return None if newest is None or (newest.expires_ms is not None and newest.expires_ms <= self.now_ms) else newest.level

    @invariant()
    def what_is_wanted_is_what_the_rules_say(self) -> None:
        found = wanted(self.now_ms, LAMP, self.table, self.orders, {}, LampHealth(clock_trusted=self.trusted))
        by_command = next((level for one in PRECEDENCES if (level := self.modelled(one)) is not None), None)
        if by_command is not None:
            assert (found.level, found.reason) == (by_command, "override")
        else:
            plain = wanted(self.now_ms, LAMP, self.table, StandingOrders(), {}, LampHealth(clock_trusted=self.trusted))
            assert (found.level, found.reason, found.source) == (plain.level, plain.reason, plain.source)

    @invariant()
    def little_is_kept(self) -> None:
        assert len(self.orders.overrides) <= 128


TestCommanded = Commanded.TestCase
TestCommanded.settings = settings(max_examples=50, stateful_step_count=30, deadline=None)
