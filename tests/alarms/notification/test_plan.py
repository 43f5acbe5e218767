"""Who is notified, and when."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.alarms.notification import plan as plan_module
from gateway.alarms.notification.notice import Notification
from gateway.alarms.notification.plan import NotificationPlan
from gateway.alarms.observation import Observation, Subject
from gateway.alarms.state import Action, AlarmBook, AlarmKey
from gateway.alarms.works import AnnouncedWorks
from gateway.model.site.alarms import AlarmContactSettings, AlarmSettings, EscalationSettings, QuietSettings

NIGHT_MS = 1_795_820_400_000 - 3_600_000
"""2026-11-27T22:00:00Z"""

WORKS = AnnouncedWorks("via-roma", 0, 2 * NIGHT_MS, frozenset(("gw-1",)))


def contacts(**more: Any) -> dict[str, AlarmContactSettings]:
    return {name: AlarmContactSettings(email=[f"{name}@example.org"], interval=0.0, **more) for name in ("first", "second", "third")}


def rules(*names: str, operator: str = "citelum", **more: Any) -> dict[str, list[EscalationSettings]]:
    return {operator: [EscalationSettings(contacts=list(names), **more)]}


class Town:
    """Alarms of gateways, a plan of notifications, and a clock in seconds."""

    def __init__(self, notify: Mapping[str, list[EscalationSettings]], gather: float = 0.0, **contact: Any) -> None:
        self.settings = AlarmSettings(contacts=contacts(**contact), notify=dict(notify), gather=gather)
        self.book, self.plan, self.now_ms = AlarmBook(), NotificationPlan(self.settings, "UTC"), NIGHT_MS

    def see(self, gateway: str = "gw-1", kind: str = "certificate_ends", *, met: bool = True, operator: str = "citelum") -> AlarmKey:
        subject = Subject(operator, gateway, gateway)
        list(self.book.observe(Observation(subject, kind, met), self.now_ms))
        return AlarmKey(operator, gateway, kind, "")

    def do(self, key: AlarmKey, verb: str, for_s: float = 0.0) -> None:
        list(self.book.apply(Action(key, verb, "control room", self.now_ms + round(1000 * for_s)), self.now_ms))  # type: ignore[arg-type]

    def work(self, works: AnnouncedWorks | None) -> None:
        list(self.book.suppress({"gw-1": [works]} if works else {}, self.now_ms))

    def decide(self, after_s: float = 0.0, *busy: str) -> list[Notification]:
        self.now_ms += round(1000 * after_s)
        list(self.book.tick(self.now_ms))
        list(self.book.hide(self.now_ms))
        return self.plan.decide(self.book.alarms, self.now_ms, busy)

    def sent(self, after_s: float = 0.0, *busy: str) -> list[tuple[str, str]]:
        """Return who is notified, and why."""
        return [(one.contact, notice.reason.value) for one in self.decide(after_s, *busy) for notice in one.notices]

    def restart(self) -> None:
        """Go on with what is known of the cases."""
        self.plan = NotificationPlan(self.settings, "UTC", self.plan.cases, self.plan.sent_ms)


def test_the_first_contact_is_notified_after_the_delay_and_the_next_one_only_if_nobody_acknowledges() -> None:
    town = Town(rules("first", "second", after=60.0, escalate=900.0))
    key = town.see()
    assert town.sent() == []
    assert town.sent(59) == []
    assert town.sent(1) == [("first", "raised")]
    assert town.sent(899) == []
    assert town.sent(1) == [("second", "escalated")]
    assert town.sent(100_000) == []
    town.do(key, "ack")
    assert town.sent(1) == []


def test_an_acknowledged_alarm_goes_no_further() -> None:
    town = Town(rules("first", "second", after=0.0, escalate=900.0))
    key = town.see()
    assert town.sent() == [("first", "raised")]
    town.do(key, "ack")
    assert town.sent(10_000) == []


def test_those_who_were_notified_hear_that_it_is_over_and_others_do_not() -> None:
    town = Town(rules("first", "second", after=0.0))
    town.see()
    town.sent()
    town.see(met=False)
    (message,) = town.decide(1)
    assert (message.contact, [one.reason for one in message.notices]) == ("first", ["ended"])
    assert message.notices[0].ended_ms == town.now_ms
    assert town.sent(1) == []
    assert town.plan.cases == {}


def test_an_alarm_that_is_over_before_anybody_was_notified_is_nobody_s_concern() -> None:
    town = Town(rules("first", after=60.0))
    town.see()
    town.sent(30)
    town.see(met=False)
    assert town.sent(100) == []
    assert town.plan.cases == {}


def test_a_contact_is_reminded_until_somebody_acknowledges() -> None:
    town = Town(rules("first", after=0.0, remind=3600.0))
    key = town.see()
    assert town.sent() == [("first", "raised")]
    assert town.sent(3599) == []
    assert town.sent(1) == [("first", "reminder")]
    assert town.sent(3600) == [("first", "reminder")]
    town.do(key, "ack")
    assert town.sent(7200) == []


def test_reminders_do_not_postpone_the_next_contact() -> None:
    town = Town(rules("first", "second", after=0.0, escalate=900.0, remind=600.0))
    town.see()
    town.sent()
    assert town.sent(600) == [("first", "reminder")]
    assert town.sent(300) == [("second", "escalated")]


def test_a_storm_of_alarms_is_one_message_with_the_most_urgent_first() -> None:
    town = Town(rules("first", after=0.0), gather=30.0)
    for number in range(200):
        town.see(f"gw-{number}", "certificate_ends" if number else "dead_letters")
        assert town.decide(0.1) == []
    (message,) = town.decide(11)
    assert len(message.notices) == 200
    assert message.notices[0].key.kind == "dead_letters"
    assert town.decide(60) == []


def test_a_message_is_bounded_and_the_rest_is_in_the_next_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plan_module, "MOST_NOTICES", 3)
    town = Town(rules("first", after=0.0))
    for number in range(5):
        town.see(f"gw-{number}")
    assert [len(one.notices) for one in (*town.decide(), *town.decide(1), *town.decide(1))] == [3, 2]


def test_what_comes_within_the_interval_of_a_contact_is_in_its_next_message() -> None:
    town = Town(rules("first", after=0.0))
    town.plan._settings.contacts["first"] = AlarmContactSettings(email=["a@x"], interval=300.0)
    town.see("gw-1")
    assert len(town.decide()) == 1
    town.see("gw-2")
    town.see("gw-3")
    assert town.decide(299) == []
    (message,) = town.decide(1)
    assert len(message.notices) == 2


def test_a_contact_whose_message_is_on_its_way_gets_the_next_one_afterwards() -> None:
    town = Town(rules("first", "second", after=0.0))
    town.see()
    assert town.sent(10, "first") == []
    assert town.sent(10) == [("first", "raised")]


def test_alarms_of_low_priority_wait_for_the_end_of_quiet_hours_and_others_do_not() -> None:
    quiet = QuietSettings(begin=21 * 60, end=6 * 60)
    town = Town(rules("first", after=0.0), quiet=quiet)
    town.see(kind="certificate_ends")
    town.see(kind="dead_letters")
    (message,) = town.decide(1)
    assert [one.key.kind for one in message.notices] == ["dead_letters"]
    assert town.decide(8 * 3600 - 2) == []
    (message,) = town.decide(1)
    assert [one.key.kind for one in message.notices] == ["certificate_ends"]


@pytest.mark.parametrize(("begin", "end", "is_quiet"), [(21, 23, True), (20, 22, False), (22, 23, True), (23, 21, False), (23, 4, False)])
def test_quiet_hours_may_span_midnight(begin: int, end: int, is_quiet: bool) -> None:
    town = Town(rules("first", after=0.0), quiet=QuietSettings(begin=begin * 60, end=end * 60))
    town.see()
    assert (town.decide() == []) is is_quiet


def test_each_priority_may_have_contacts_of_its_own() -> None:
    notify = {
        "citelum": [
            EscalationSettings(priorities=["critical", "high"], contacts=["first"], after=0.0),
            EscalationSettings(priorities=["medium", "low"], contacts=["second"], after=0.0),
        ]
    }
    town = Town(notify)
    town.see(kind="dead_letters")
    assert town.sent() == [("first", "raised")]
    town.see(kind="certificate_ends")
    assert town.sent() == [("second", "raised")]


def test_two_rules_with_one_contact_make_one_notice() -> None:
    rule = EscalationSettings(contacts=["first"], after=0.0)
    town = Town({"citelum": [rule, rule]})
    town.see()
    assert town.sent() == [("first", "raised")]
    assert town.sent(1) == []


def test_an_operator_without_rules_has_those_of_the_centre_if_there_are_any() -> None:
    town = Town(rules("first", operator="centre", after=0.0))
    town.see(operator="enel")
    assert town.sent() == [("first", "raised")]
    other = Town(rules("first", after=0.0))
    other.see(operator="enel")
    assert other.sent(1000) == []
    assert other.plan.cases == {}


def test_a_shelved_alarm_is_nobody_s_concern_and_is_notified_anew_afterwards() -> None:
    town = Town(rules("first", "second", after=0.0))
    key = town.see()
    assert town.sent() == [("first", "raised")]
    town.do(key, "shelve", 3600)
    assert town.sent(3599) == []
    assert town.sent(1) == [("first", "raised")]
    assert town.sent(900) == [("second", "escalated")]


def test_during_works_nobody_is_notified_until_they_end() -> None:
    town = Town(rules("first", after=0.0))
    town.see()
    town.work(WORKS)
    assert town.sent(100) == []
    town.work(None)
    assert town.sent() == [("first", "raised")]


def test_those_who_were_notified_before_works_hear_that_it_ended_during_them() -> None:
    town = Town(rules("first", after=0.0))
    town.see()
    town.sent()
    town.work(WORKS)
    town.sent(1)
    town.see(met=False)
    assert town.sent(1) == [("first", "ended")]


def test_an_alarm_that_another_one_hides_waits_and_is_not_repeated_when_it_is_shown_again() -> None:
    town = Town(rules("first", "second", after=0.0, escalate=900.0))
    town.see(kind="device_alarm")
    assert town.sent() == [("first", "raised")]
    town.see(kind="gateway_silent")
    assert town.sent(120) == [("first", "raised")], "the silent gateway"
    town.see(kind="gateway_silent", met=False)
    assert town.sent(1) == [("first", "ended")]
    assert town.sent(900) == [("second", "escalated")]


def test_an_alarm_that_comes_again_is_a_new_one_and_the_one_before_is_over() -> None:
    town = Town(rules("first", after=0.0))
    town.see()
    town.sent()
    town.see(met=False)
    town.now_ms += 1
    town.see()
    assert town.sent() == [("first", "ended"), ("first", "raised")]
    assert len(town.plan.cases) == 1


def test_after_a_restart_nobody_is_notified_twice_and_nothing_is_forgotten() -> None:
    town = Town(rules("first", "second", after=0.0, escalate=900.0))
    town.see()
    assert town.sent() == [("first", "raised")]
    town.restart()
    assert town.sent(899) == []
    assert town.sent(1) == [("second", "escalated")]
    town.restart()
    town.see(met=False)
    assert sorted(town.sent(1)) == [("first", "ended"), ("second", "ended")]


def test_a_clock_that_was_ahead_postpones_nothing_when_it_is_set_back() -> None:
    town = Town(rules("first", "second", after=0.0, escalate=900.0))
    town.plan._settings.contacts["first"] = AlarmContactSettings(email=["a@x"], interval=300.0)
    town.see("gw-1")
    assert town.sent() == [("first", "raised")]
    town.now_ms -= 365 * 86_400_000
    assert town.sent() == []
    town.see("gw-2")
    assert town.sent() == [("first", "raised")]
    assert town.sent(900) == 2 * [("second", "escalated")]


def test_a_contact_that_no_longer_exists_is_forgotten_after_a_day() -> None:
    town = Town(rules("first", after=0.0))
    town.see()
    town.sent()
    del town.plan._settings.contacts["first"]
    town.see(met=False)
    assert town.sent(1) == []
    assert town.sent(86_401) == []
    assert town.plan.cases == {}


class NotificationMachine(RuleBasedStateMachine):
    """Whatever happens, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.town = Town(rules("first", "second", after=30.0, escalate=300.0, remind=1000.0), gather=10.0)
        self.knows: set[tuple[str, AlarmKey, int]] = set()

    gateways = st.sampled_from(("gw-1", "gw-2"))
    kinds = st.sampled_from(("certificate_ends", "dead_letters", "device_alarm", "gateway_silent", "breaker_tripped"))

    @rule(gateway=gateways, kind=kinds, met=st.booleans())
    def see(self, gateway: str, kind: str, met: bool) -> None:
        self.town.see(gateway, kind, met=met)

    @rule(gateway=gateways, kind=kinds, verb=st.sampled_from(("ack", "shelve", "unshelve")), for_s=st.integers(1, 1000))
    def do(self, gateway: str, kind: str, verb: str, for_s: int) -> None:
        self.town.do(AlarmKey("citelum", gateway, kind, ""), verb, for_s)

    @rule(works=st.sampled_from((WORKS, None)))
    def work(self, works: AnnouncedWorks | None) -> None:
        self.town.work(works)

    @rule()
    def restart(self) -> None:
        self.town.restart()

    @rule(seconds=st.integers(1, 400), busy=st.sets(st.sampled_from(("first", "second"))))
    def wait(self, seconds: int, busy: set[str]) -> None:
        messages = self.town.decide(seconds, *busy)
        assert len({one.contact for one in messages}) == len(messages), "one message at a time"
        assert not {one.contact for one in messages} & busy
        for message in messages:
            assert message.notices
            for notice in message.notices:
                self.follow(message.contact, notice.key, notice.since_ms, notice.reason)

    def follow(self, contact: str, key: AlarmKey, since_ms: int, reason: str) -> None:
        """Follow who knows of what: an end is for those who were notified, and everything else is for alarms that somebody should look at."""
        alarm = self.town.book.alarms.get(key)
        mine = (contact, key, since_ms)
        if reason == "ended":
            assert mine in self.knows
            self.knows.remove(mine)
            assert alarm is None or alarm.since_ms != since_ms or alarm.state not in ("unacknowledged", "acknowledged")
            return
        assert alarm is not None
        assert alarm.is_open
        assert alarm.state == "unacknowledged"
        assert reason != "reminder" or mine in self.knows
        assert reason != "escalated" or ("first", key, since_ms) in self.knows
        self.knows.add(mine)

    @invariant()
    def everybody_who_knows_will_hear_of_the_end(self) -> None:
        told = {(contact, key.alarm, key.since_ms) for key, case in self.town.plan.cases.items() for contact in case.notified}
        assert told == self.knows


TestNotificationMachine = NotificationMachine.TestCase
TestNotificationMachine.settings = settings(max_examples=40, stateful_step_count=40, deadline=None)
