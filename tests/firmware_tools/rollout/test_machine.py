"""A roll-out with gateways that answer late, twice, wrongly or never: whatever they do, the terms hold, and it ends."""

from collections import Counter
from typing import Any

import msgspec
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import FieldName, SeenDevice
from firmware_tools.rollout.machine import GivenOrder, RolloutMachine, StreetView
from firmware_tools.rollout.state import OPEN, DeviceStage, Rollout, RolloutDevice, RolloutState
from firmware_tools.rollout.terms import RolloutTerms
from firmware_tools.rollout.windows import NightWindow
from gateway.model.instants import ms_of_iso
from gateway.model.messages import FirmwareAnswer, FirmwareIdentification
from tests.firmware_tools.rollout.rollouts import EVENING_MS, NIGHT, RELEASE, ROME, rollout, street

HOUR_MS = 3_600_000
GOOD, SICK, MUTE, FAILING, FLAKY, REFUSING, VANISHING, GONE, WRONG = range(9)
"""What becomes of a device: it works; is ill after its update; is silent after it; fails; fails once; is refused; never returns from its
update; has a gateway that never answers; has another version than that it was given."""


class Flash:
    """An update that a gateway has begun."""

    def __init__(self, order: str, device: RolloutDevice, begun_ms: int, ends_ms: int) -> None:
        self.order, self.device, self.begun_ms, self.ends_ms = order, device, begun_ms, ends_ms


class World:
    """The gateways of a roll-out, the time, and the messages on their way in both directions."""

    def __init__(self, made: Rollout, fates: dict[DeviceName, int]) -> None:
        self.machine, self.fates, self.now_ms = RolloutMachine(made), fates, made.begun_ms
        self.orders: list[tuple[str, RolloutDevice, bool, int, int]] = []
        self.answers: list[tuple[DeviceName, FirmwareAnswer]] = []
        self.known: dict[str, FirmwareAnswer] = {}
        self.flashing: list[Flash] = []
        self.updated: dict[DeviceName, int] = {}
        self.failed_once: set[DeviceName] = set()
        self.begun: list[Flash] = []
        self.most_in_line = self.most = 0

    @property
    def rollout(self) -> Rollout:
        return self.machine.rollout

    def seen(self, name: DeviceName) -> SeenDevice | None:
        fate, field = self.fates[name], FieldName("pl-1", "relay", "state")
        done = name in self.updated
        quiet = fate is MUTE and done
        alarms = {"device_alarm": self.now_ms} if done and fate is SICK else {}
        return SeenDevice(self.updated[name] if quiet else self.now_ms, 60.0, {field: None}, alarms)

    def street(self) -> StreetView:
        return StreetView({one.name[:2] for one in self.rollout.devices}, self.seen)

    def step(self) -> None:
        given: list[GivenOrder] = self.machine.step(self.now_ms, self.street())
        for one in given:
            device = one.device
            assert device.order is not None
            self.orders.append((device.order, device, one.cancel, device.begin_by_ms, device.end_by_ms))

    def advance(self, ms: int) -> None:
        until_ms = self.now_ms + ms
        while (ending := min(self.flashing, key=lambda one: one.ends_ms, default=None)) is not None and ending.ends_ms <= until_ms:
            self.now_ms = max(self.now_ms, ending.ends_ms)
            self.flashing.remove(ending)
            self.end(ending)
        self.now_ms = until_ms
        self.step()

    def end(self, flash: Flash) -> None:
        name, fate = flash.device.name, self.fates[flash.device.name]
        if fate is VANISHING:
            return
        if fate is FAILING or (fate is FLAKY and name not in self.failed_once):
            self.failed_once.add(name)
            self.say(name, FirmwareAnswer(flash.order, "failed", "device", "it failed", "errore", again=fate is FLAKY))
            return
        self.updated[name] = self.now_ms
        version = "0.1" if fate is WRONG else RELEASE.version
        self.say(name, FirmwareAnswer(flash.order, "succeeded", found=FirmwareIdentification("l", 1.0, version=version)))

    def say(self, name: DeviceName, answer: FirmwareAnswer) -> None:
        self.known[answer.order] = answer
        self.answers.append((name, answer))

    def receive(self, number: int) -> None:
        """A gateway receives an order, as gateway/edge/firmware does."""
        order, device, cancel, begin_by_ms, end_by_ms = self.orders[number]
        name, fate = device.name, self.fates[device.name]
        if fate is GONE:
            return
        if order in self.known:
            self.answers.append((name, self.known[order]))
        elif cancel or self.now_ms > begin_by_ms:
            self.say(name, FirmwareAnswer(order, "refused", "expired", "too late", "tardi", again=True))
        elif fate is REFUSING:
            self.say(name, FirmwareAnswer(order, "refused", "hardware", "another hardware", "altro hardware"))
        else:
            ends_ms = end_by_ms if fate is VANISHING else min(end_by_ms, self.now_ms + round(1000 * device.expected_s))
            self.begin(Flash(order, device, self.now_ms, ends_ms))
            self.say(name, FirmwareAnswer(order, "accepted"))

    def begin(self, flash: Flash) -> None:
        self.flashing.append(flash)
        self.begun.append(flash)
        self.most = max(self.most, len(self.flashing))
        self.most_in_line = max(self.most_in_line, *Counter(one.device.at for one in self.flashing).values())

    def check_begun(self, terms: RolloutTerms) -> None:
        assert self.most <= terms.per_site
        assert self.most_in_line <= terms.per_line
        for flash in self.begun:
            night_ends_ms = terms.window.end_ms(flash.begun_ms)
            assert night_ends_ms is not None, "an update began by day"
            assert flash.ends_ms <= night_ends_ms, "an update lasts into the day"
            before = [one for one in self.rollout.devices if one.wave < flash.device.wave]
            assert not any(one.stage in OPEN for one in before), "a wave began before the one before it was closed"
            canaries = [one for one in before if one.wave == 0]
            if canaries and self.rollout.trusted_wave < 0:
                assert not any(one.stage is DeviceStage.FAILED for one in canaries)
                assert 2 * sum(one.stage is DeviceStage.HEALTHY for one in canaries) >= len(canaries)
        self.begun.clear()

    def restart(self) -> None:
        """The centre is killed, and goes on with what it stored."""
        stored = msgspec.json.decode(msgspec.json.encode(self.rollout), type=Rollout)
        self.machine = RolloutMachine(stored)
        by_name = {one.name: one for one in stored.devices}
        self.orders = [(order, by_name[device.name], *rest) for order, device, *rest in self.orders]  # type: ignore[misc]
        for flash in self.flashing + self.begun:
            flash.device = by_name[flash.device.name]


@settings(max_examples=60, stateful_step_count=40, deadline=None)
class AnyRollout(RuleBasedStateMachine):
    """Gateways, people and kills in any order."""

    world: World
    terms: RolloutTerms

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        devices = street(data.draw(st.integers(1, 3)), data.draw(st.integers(1, 2)), data.draw(st.integers(1, 4)))
        fates = data.draw(st.lists(st.integers(0, WRONG), min_size=len(devices), max_size=len(devices)))
        if data.draw(st.booleans()):
            fates = [GOOD if fate not in (GOOD, GONE, REFUSING) else fate for fate in fates]
        self.terms = RolloutTerms(
            NightWindow.read(data.draw(st.sampled_from(["22:00-05:00", "00:30-04:00", "01:00-03:30"])), ROME),
            canaries=data.draw(st.integers(1, 3)),
            waves=data.draw(st.sampled_from([(1.0,), (0.5, 0.5), (0.1, 0.3, 0.6)])),
            per_line=data.draw(st.integers(1, 2)),
            per_site=data.draw(st.integers(1, 4)),
            settle_s=600,
            watch_s=data.draw(st.sampled_from([600, 12 * 3600])),
            failed_share=data.draw(st.sampled_from([0.0, 0.3])),
            failed_count=data.draw(st.sampled_from([None, 0, 2])),
            patience_s=30 * 3600,
            attempts=2,
            deadline_s=10 * 86400,
        )
        start = data.draw(st.sampled_from([EVENING_MS, ms_of_iso("2026-03-28T15:00Z"), ms_of_iso("2026-10-24T15:00Z")]))
        self.world = World(rollout(devices, self.terms, start), {one.name: fate for one, fate in zip(devices, fates, strict=True)})

    @rule(ms=st.sampled_from([1000, 60_000, 400_000, HOUR_MS // 2, 2 * HOUR_MS, 7 * HOUR_MS, 13 * HOUR_MS]))
    def time_passes(self, ms: int) -> None:
        self.world.advance(ms)

    @precondition(lambda self: self.world.orders)
    @rule(data=st.data(), lost=st.booleans(), again=st.booleans())
    def an_order_arrives(self, data: st.DataObject, lost: bool, again: bool) -> None:
        number = data.draw(st.integers(0, len(self.world.orders) - 1))
        if not lost:
            self.world.receive(number)
        if not again:
            del self.world.orders[number]

    @precondition(lambda self: self.world.orders)
    @rule()
    def all_orders_arrive(self) -> None:
        for number in range(len(self.world.orders)):
            self.world.receive(number)
        self.world.orders.clear()

    @precondition(lambda self: self.world.answers)
    @rule(data=st.data(), lost=st.booleans(), again=st.booleans())
    def an_answer_arrives(self, data: st.DataObject, lost: bool, again: bool) -> None:
        number = data.draw(st.integers(0, len(self.world.answers) - 1))
        name, answer = self.world.answers[number]
        if not lost:
            self.world.machine.hear(name, answer, self.world.now_ms)
        if not again:
            del self.world.answers[number]

    @precondition(lambda self: self.world.answers)
    @rule()
    def all_answers_arrive(self) -> None:
        for name, answer in self.world.answers:
            self.world.machine.hear(name, answer, self.world.now_ms)
        self.world.answers.clear()

    @rule()
    def the_centre_is_killed(self) -> None:
        self.world.restart()

    @rule()
    def somebody_pauses(self) -> None:
        self.world.machine.pause("control room")

    @rule()
    def somebody_resumes(self) -> None:
        self.world.machine.resume("control room")

    @rule(sure=st.integers(0, 5))
    def somebody_aborts(self, sure: int) -> None:
        if sure == 0:
            self.world.machine.abort("control room")

    @invariant()
    def the_terms_hold(self) -> None:
        if hasattr(self, "world"):
            self.world.check_begun(self.terms)

    def teardown(self) -> None:
        if not hasattr(self, "world"):
            return
        world = self.world
        for _ in range(11 * 24):
            world.advance(HOUR_MS)
            for number in range(len(world.orders)):
                world.receive(number)
            world.orders.clear()
            self.all_answers_arrive()
            world.check_begun(self.terms)
        assert world.rollout.ended, "a roll-out did not end"
        if world.rollout.state is RolloutState.FINISHED:
            assert not world.rollout.count(*OPEN)
        assert world.machine.step(world.now_ms, world.street()) == []


TestAnyRollout = AnyRollout.TestCase


def played(world: World, hours: int) -> Rollout:
    """Let time pass, with gateways that receive every order and whose answers arrive."""
    for _ in range(12 * hours):
        world.advance(HOUR_MS // 12)
        for number in range(len(world.orders)):
            world.receive(number)
        world.orders.clear()
        for name, answer in world.answers:
            world.machine.hear(name, answer, world.now_ms)
        world.answers.clear()
        world.check_begun(world.rollout.terms)
    return world.rollout


def world_of(fates: dict[int, int], **terms: Any) -> World:
    devices = street(2, 2, 5)
    made = rollout(devices, msgspec.structs.replace(RolloutTerms(NIGHT), **terms))
    return World(made, {one.name: fates.get(number, GOOD) for number, one in enumerate(made.devices)})


def test_a_good_firmware_reaches_every_device_wave_by_wave() -> None:
    done = played(world_of({}), 6 * 24)
    assert (done.state, done.count(DeviceStage.HEALTHY)) == (RolloutState.FINISHED, 20)


def test_a_canary_that_fails_stops_the_roll_out_and_nothing_else_is_touched() -> None:
    for fate in (SICK, MUTE, FAILING, WRONG):
        world = world_of({1: fate})
        stopped = played(world, 24)
        assert (stopped.state, stopped.wave) == (RolloutState.STOPPED, 0)
        assert "1 of 3 canaries failed" in stopped.why.en
        assert str(stopped.devices[1].name) in stopped.why.it
        assert all(one.attempts == 0 for one in stopped.devices if one.wave > 0)


def test_three_dead_devices_are_given_up_and_the_others_are_updated() -> None:
    done = played(world_of({5: GONE, 9: GONE, 15: VANISHING}, failed_share=0.1), 12 * 24)
    assert done.state is RolloutState.FINISHED
    assert (done.count(DeviceStage.HEALTHY), done.count(DeviceStage.UNREACHED), done.count(DeviceStage.FAILED)) == (17, 2, 1)
    assert [one.why.en for one in done.devices if one.stage is DeviceStage.UNREACHED] == ["its gateway did not answer"] * 2


def test_a_roll_out_whose_canaries_do_not_answer_does_not_go_on_by_itself() -> None:
    world = world_of({0: GONE, 1: GONE})
    stopped = played(world, 3 * 24)
    assert (stopped.state, stopped.why.en) == (RolloutState.STOPPED, "only 1 of 3 canaries could be updated: too few to go on")
    assert world.machine.resume("control room") is None
    assert played(world, 6 * 24).count(DeviceStage.HEALTHY) == 18


def test_a_device_that_failed_once_is_tried_again_and_refused_ones_are_left_out() -> None:
    done = played(world_of({0: FLAKY, 6: REFUSING}), 6 * 24)
    assert done.state is RolloutState.FINISHED
    assert (done.count(DeviceStage.HEALTHY), done.count(DeviceStage.REFUSED)) == (19, 1)
    assert done.devices[0].attempts == 2


def test_pausing_withdraws_what_has_not_begun_and_resuming_goes_on() -> None:
    world = world_of({})
    world.step()
    given = len(world.orders)
    assert world.machine.pause("control room") is None
    assert world.machine.pause("control room") == "roll-out r1 is paused"
    world.step()
    assert [cancel for _, _, cancel, *_ in world.orders[given:]] == [True] * given
    del world.orders[:given]
    assert not played(world, 24).count(DeviceStage.HEALTHY)
    assert world.machine.resume("control room") is None
    assert played(world, 7 * 24).state is RolloutState.FINISHED


def test_an_aborted_roll_out_finishes_what_has_begun_and_begins_nothing_more() -> None:
    world = world_of({})
    world.step()
    for number in range(len(world.orders)):
        world.receive(number)
    world.orders.clear()
    assert world.machine.abort("control room") is None
    done = played(world, 2)
    assert done.ended
    assert done.count(DeviceStage.WATCHED) == 3
    assert done.count(DeviceStage.WAITING) == 17
    assert world.machine.resume("control room") == "roll-out r1 is aborted"


def test_nothing_is_judged_while_the_centre_has_only_begun_to_look() -> None:
    world = world_of({0: MUTE}, settle_s=7200.0)
    played(world, 1)
    blind = StreetView(set(), lambda _: None, sees=False)
    states = []
    for street_now in (blind, world.street()):
        world.machine.step(world.now_ms + 2 * HOUR_MS, street_now)
        states.append(world.rollout.state)
    assert states == [RolloutState.RUNNING, RolloutState.STOPPED]


def test_an_update_begins_only_if_the_night_has_room_for_it() -> None:
    for left_s, given in ((569.0, 0), (571.0, 3)):  # 300 s to begin, and one and a half times 180 s
        world = world_of({})
        world.now_ms = EVENING_MS + 7 * HOUR_MS - round(1000 * left_s)
        world.step()
        assert len(world.orders) == given
