"""The states of alarms."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.alarms import state as state_module
from gateway.alarms.catalogue import KINDS
from gateway.alarms.observation import Observation, Subject
from gateway.alarms.state import Action, AlarmBook, AlarmChange, AlarmKey, AlarmState, Transition
from gateway.alarms.works import AnnouncedWorks

PANEL, LAMP, GATEWAY = Subject("citelum", "qe-1", "gw-1"), Subject("citelum", "pl-1", "gw-1"), Subject("citelum", "gw-1", "gw-1")
LATER_MS = 3_600_000
WORKS = AnnouncedWorks("via-roma", 0, 9_000_000, frozenset(("qe-1", "gw-1")))


def key(subject: Subject, kind: str) -> AlarmKey:
    return AlarmKey(subject.operator, subject.asset, kind, "")


def changes(transitions: list[Transition]) -> list[AlarmChange]:
    return [one.change for one in transitions]


class Town:
    """A book of alarms, and a clock in seconds."""

    def __init__(self) -> None:
        self.book, self.now_ms = AlarmBook(), 1_000_000

    def see(self, subject: Subject, kind: str, met: bool | None, after_s: float = 0) -> list[AlarmChange]:
        self.now_ms += round(1000 * after_s)
        return changes(list(self.book.observe(Observation(subject, kind, met), self.now_ms)))

    def wait(self, seconds: float) -> list[AlarmChange]:
        self.now_ms += round(1000 * seconds)
        return changes([*self.book.tick(self.now_ms), *self.book.hide(self.now_ms)])

    def work(self, *subjects: str) -> list[AlarmChange]:
        return changes(list(self.book.suppress({one: [WORKS] for one in subjects}, self.now_ms)))

    def do(self, subject: Subject, kind: str, verb: str, until_ms: int | None = None) -> list[AlarmChange]:
        return changes(list(self.book.apply(Action(key(subject, kind), verb, "control room", until_ms), self.now_ms)))  # type: ignore[arg-type]

    def state(self, subject: Subject, kind: str) -> AlarmState | None:
        alarm = self.book.alarms.get(key(subject, kind))
        return None if alarm is None else alarm.state


def test_an_alarm_is_raised_after_its_delay_and_has_lasted_since_its_condition_began() -> None:
    town = Town()
    begun_ms = town.now_ms
    assert town.see(PANEL, "panel_outage", True) == []
    assert town.wait(299) == []
    assert town.wait(1) == ["raised"]
    assert town.book.alarms[key(PANEL, "panel_outage")].since_ms == begun_ms


def test_a_condition_that_ends_before_the_delay_raises_nothing() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.see(PANEL, "panel_outage", False, 299)
    assert town.wait(1000) == []
    assert town.book.alarms == {}


def test_without_data_and_in_the_deadband_an_alarm_stays_as_it_is() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    assert town.see(PANEL, "panel_outage", None, 10_000) == []
    assert town.state(PANEL, "panel_outage") is AlarmState.UNACKNOWLEDGED
    assert Town().see(PANEL, "panel_outage", None) == []


def test_a_latched_alarm_stays_after_its_return_until_somebody_has_seen_it() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    town.see(PANEL, "panel_outage", False)
    assert town.wait(60) == ["returned"]
    assert town.do(PANEL, "panel_outage", "ack") == ["acknowledged", "cleared"]
    assert town.book.alarms == {}


def test_an_acknowledged_alarm_is_cleared_by_its_return() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    assert town.do(PANEL, "panel_outage", "ack") == ["acknowledged"]
    assert town.do(PANEL, "panel_outage", "ack") == []
    assert town.book.alarms[key(PANEL, "panel_outage")].by == "control room"
    town.see(PANEL, "panel_outage", False)
    assert town.wait(60) == ["cleared"]


def test_an_alarm_that_returned_and_comes_again_is_raised_anew() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    town.see(PANEL, "panel_outage", False)
    town.wait(60)
    again_ms = town.now_ms
    town.see(PANEL, "panel_outage", True)
    assert town.wait(300) == ["raised"]
    assert town.book.alarms[key(PANEL, "panel_outage")].since_ms == again_ms


def test_an_alarm_that_is_not_latched_is_cleared_by_its_return() -> None:
    town = Town()
    assert town.see(GATEWAY, "certificate_ends", True) == ["raised"]
    assert town.see(GATEWAY, "certificate_ends", False) == ["cleared"]


def test_a_silent_gateway_hides_its_devices_and_shows_them_when_it_is_back() -> None:
    town = Town()
    town.see(LAMP, "device_silent", True)
    assert town.wait(60) == ["raised"]
    town.see(GATEWAY, "gateway_silent", True)
    assert town.wait(120) == ["raised", "hidden"]
    assert town.book.alarms[key(LAMP, "device_silent")].hidden_by == "gateway_silent gw-1"
    town.see(GATEWAY, "gateway_silent", False)
    assert town.wait(0) == ["shown"]


def test_a_dark_panel_hides_its_lamps_and_not_those_of_another_gateway() -> None:
    town, other = Town(), Subject("citelum", "pl-2", "gw-2")
    for lamp in (LAMP, other):
        town.see(lamp, "lamp_failed", True)
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    hidden = {one.asset: alarm.hidden_by for one, alarm in town.book.alarms.items() if one.kind == "lamp_failed"}
    assert hidden == {"pl-1": "panel_outage qe-1", "pl-2": None}


def test_a_shelved_alarm_comes_back_by_itself_or_by_hand() -> None:
    town = Town()
    town.see(GATEWAY, "certificate_ends", True)
    assert town.do(GATEWAY, "certificate_ends", "shelve", town.now_ms + 1000) == ["shelved"]
    assert town.wait(1) == ["unshelved"]
    assert town.do(GATEWAY, "certificate_ends", "shelve", town.now_ms - 1) == []
    town.do(GATEWAY, "certificate_ends", "shelve", town.now_ms + 1000)
    assert town.do(GATEWAY, "certificate_ends", "unshelve") == ["unshelved"]
    assert town.do(GATEWAY, "certificate_ends", "unshelve") == []


def test_a_comment_stays_with_the_alarm_and_in_the_log_until_it_is_raised_anew() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    for verb, comment, shown in (
        ("ack", "team on the way", "team on the way"),
        ("shelve", "", "team on the way"),
        ("shelve", "works", "works"),
    ):
        action = Action(key(PANEL, "panel_outage"), verb, "anna", town.now_ms + LATER_MS, comment)  # type: ignore[arg-type]
        (happened,) = town.book.apply(action, town.now_ms)
        assert (happened.by, happened.detail.en, town.book.alarms[action.key].comment) == ("anna", comment, shown)
    town.see(PANEL, "panel_outage", False)
    town.wait(60)
    town.see(PANEL, "panel_outage", True)
    assert town.wait(300) == ["raised"]
    assert town.book.alarms[key(PANEL, "panel_outage")].comment == ""


def test_during_works_an_alarm_is_suppressed_and_comes_up_afterwards_if_it_is_still_raised() -> None:
    town = Town()
    town.see(GATEWAY, "certificate_ends", True)
    assert town.book.alarms[key(GATEWAY, "certificate_ends")].is_open
    assert town.work("gw-1") == ["suppressed"]
    alarm = town.book.alarms[key(GATEWAY, "certificate_ends")]
    assert (alarm.suppressed_by, alarm.suppressed_until_ms, alarm.is_open) == ("via-roma", 9_000_000, False)
    assert town.work("gw-1") == []
    assert town.work() == ["unsuppressed"]
    assert (alarm.suppressed_by, alarm.suppressed_until_ms, alarm.is_open) == (None, None, True)


def test_works_at_a_gateway_suppress_the_alarms_of_its_assets_and_those_at_another_do_not() -> None:
    town = Town()
    town.see(LAMP, "lamp_failed", True)
    town.wait(60)
    assert town.work("qe-1", "gw-2") == []
    assert town.work("gw-1") == ["suppressed"]


def test_an_alarm_that_is_over_when_the_works_end_was_a_part_of_them_and_does_not_wait_for_anybody() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    town.wait(300)
    assert town.work("qe-1") == ["suppressed"]
    town.see(PANEL, "panel_outage", False)
    assert town.wait(60) == ["cleared"]
    assert town.book.alarms == {}


def dug(begins_ms: int, *operators: str) -> dict[str, list[AnnouncedWorks]]:
    works = AnnouncedWorks("scavo-1", begins_ms, 9_000_000, frozenset({"qe-1"}), in_room=True, operators=frozenset(operators) or None)
    return {"qe-1": [works]}


def test_works_of_the_room_suppress_what_digging_can_cause_and_a_danger_comes_up() -> None:
    town = Town()
    for kind in ("supply_outage", "leakage", "breaker_tripped", "cable_theft", "door_open"):
        town.see(PANEL, kind, met=True)
    town.wait(3600)
    list(town.book.suppress(dug(0), town.now_ms))
    suppressed = {key.kind: alarm.suppressed_by for key, alarm in town.book.alarms.items() if alarm.suppressed_by_room}
    assert suppressed == {"supply_outage": "scavo-1"}


def test_what_began_before_works_of_the_room_has_another_cause() -> None:
    town = Town()
    town.see(PANEL, "supply_outage", met=True)
    began_ms = town.now_ms
    town.wait(3600)
    assert changes(list(town.book.suppress(dug(began_ms + 1), town.now_ms))) == []
    assert changes(list(town.book.suppress(dug(began_ms), town.now_ms))) == ["suppressed"]
    assert changes(list(town.book.suppress({}, town.now_ms))) == ["unsuppressed"]
    assert not next(iter(town.book.alarms.values())).suppressed_by_room


def test_works_of_the_room_suppress_only_alarms_of_operators_that_may_know_of_them() -> None:
    town = Town()
    town.see(PANEL, "supply_outage", met=True)
    town.wait(3600)
    assert changes(list(town.book.suppress(dug(0, "another"), town.now_ms))) == []
    assert changes(list(town.book.suppress(dug(0, "another", PANEL.operator), town.now_ms))) == ["suppressed"]


def test_what_is_not_raised_yet_is_not_suppressed() -> None:
    town = Town()
    town.see(PANEL, "panel_outage", True)
    assert town.work("qe-1") == []
    assert town.wait(300) == ["raised"]
    assert town.work("qe-1") == ["suppressed"]


def test_what_is_done_with_an_alarm_that_is_gone_has_no_effect() -> None:
    assert Town().do(PANEL, "panel_outage", "ack") == []


def test_the_alarms_of_an_asset_that_was_removed_are_cleared() -> None:
    town = Town()
    town.see(GATEWAY, "certificate_ends", True)
    town.see(GATEWAY, "disk_full", True)
    assert changes(list(town.book.forget("citelum", "gw-1", town.now_ms))) == ["cleared"]
    assert town.book.alarms == {}


def test_one_gateway_does_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    most = 20
    monkeypatch.setattr(state_module, "MOST_OF_A_GATEWAY", most)
    town = Town()
    for number in range(most + 5):
        town.see(Subject("citelum", f"pl-{number}", "gw-1"), "lamp_failed", True)
    assert len(town.book.alarms) == most
    town.see(Subject("citelum", "x", "gw-2"), "lamp_failed", True)
    assert len(town.book.alarms) == most + 1
    monkeypatch.setattr(state_module, "MOST_ALARMS", most)
    assert town.see(Subject("citelum", "x", "gw-3"), "certificate_ends", True) == []


class AlarmMachine(RuleBasedStateMachine):
    """Whatever is seen and done, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.book, self.now_ms = AlarmBook(), 0
        self.raised: dict[AlarmKey, bool] = {}

    def follow(self, transitions: list[Transition]) -> None:
        """Follow what is reported: nothing is raised twice or cleared without being raised."""
        for one in transitions:
            if one.change == "raised":
                self.raised[one.key] = True
            elif one.change == "cleared":
                assert self.raised.pop(one.key)
            else:
                assert one.key in self.raised

    subjects = st.sampled_from((PANEL, LAMP, GATEWAY))
    kinds = st.sampled_from(sorted(KINDS))

    @rule(subject=subjects, kind=kinds, met=st.sampled_from((True, True, False, None)))
    def see(self, subject: Subject, kind: str, met: bool | None) -> None:
        self.follow(list(self.book.observe(Observation(subject, kind, met), self.now_ms)))

    @rule(seconds=st.integers(0, 2000))
    def wait(self, seconds: int) -> None:
        self.now_ms += 1000 * seconds
        self.follow([*self.book.tick(self.now_ms), *self.book.hide(self.now_ms)])

    @rule(subjects=st.sets(st.sampled_from(("qe-1", "pl-1", "gw-1"))))
    def work(self, subjects: set[str]) -> None:
        self.follow(list(self.book.suppress({one: [WORKS] for one in subjects}, self.now_ms)))
        affected = {one for one in self.book.alarms if self.book.alarms[one].suppressed_by}
        assert all(one.asset in subjects or self.book.alarms[one].gateway in subjects for one in affected)

    @rule(subject=subjects, kind=kinds, verb=st.sampled_from(("ack", "shelve", "unshelve")), seconds=st.integers(-10, 1000))
    def do(self, subject: Subject, kind: str, verb: str, seconds: int) -> None:
        action = Action(key(subject, kind), verb, "somebody", self.now_ms + 1000 * seconds)  # type: ignore[arg-type]
        self.follow(list(self.book.apply(action, self.now_ms)))

    @invariant()
    def every_alarm_is_raised_or_waits(self) -> None:
        for one, alarm in self.book.alarms.items():
            assert alarm.state is not None or alarm.changed_ms is not None, one
            assert (alarm.state is not None) == (one in self.raised), one
            assert (alarm.state is AlarmState.ACKNOWLEDGED) <= (alarm.by is not None), one


TestAlarmMachine = AlarmMachine.TestCase
TestAlarmMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
