"""What a subscription is sent, and when."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.centre.situation.subscriptions.waiting import WaitingChanges
from gateway.model.instants import ms_of_iso
from gateway.model.site.alarms import QuietSettings
from gateway.situation.subscription import Subscription
from tests.centre.situation.subscriptions.examples import change, gone
from tests.situation.examples import ROME

NOON_MS, NIGHT_MS = ms_of_iso("2026-12-02T12:00:00+01:00"), ms_of_iso("2026-12-02T23:30:00+01:00")
QUIET = QuietSettings(begin=22 * 60, end=7 * 60)


def waiting(quiet: QuietSettings | None = None, interval_s: float = 0, **wanted: Any) -> WaitingChanges:
    return WaitingChanges(Subscription(**wanted), quiet, interval_s, ROME, 0)


def test_what_changes_is_sent_once_and_of_each_situation_the_newest() -> None:
    one = waiting()
    one.add([change(1), change(2, "scavo-2"), change(3)], 4)
    assert one.done == 0
    due = one.due(NOON_MS)
    assert [(found.situation, found.number) for found in due] == [("scavo-2", 2), ("scavo-1", 3)]
    one.sent(due, NOON_MS)
    assert (one.due(NOON_MS), one.done, len(one)) == ([], 4, 0)


def test_what_changes_while_it_is_sent_is_sent_again() -> None:
    one = waiting()
    one.add([change(1)], 1)
    due = one.due(NOON_MS)
    one.add([change(2)], 2)
    one.sent(due, NOON_MS)
    assert [found.number for found in one.due(NOON_MS)] == [2]


def test_what_is_not_wanted_or_can_no_longer_be_seen_is_not_sent() -> None:
    one = waiting(kinds=frozenset({"closure"}))
    one.add([change(1)], 1)
    assert (one.due(NOON_MS), one.done) == ([], 1)
    other = waiting()
    other.add([change(1)], 1)
    other.add([gone(2)], 2)
    assert (other.due(NOON_MS), other.done) == ([], 2)


def test_in_quiet_hours_only_what_is_severe_or_about_safety_is_sent() -> None:
    one = waiting(QUIET)
    severities = {"a": "medium", "b": "high", "c": "unknown", "d": "lowest"}
    one.add([change(number, name, severity=severity) for number, (name, severity) in enumerate(severities.items(), 1)], 4)
    one.add([change(5, "e", kind="safety")], 5)
    assert [found.situation for found in one.due(NIGHT_MS)] == ["b", "e"]
    one.sent(one.due(NIGHT_MS), NIGHT_MS)
    assert (one.done, len(one)) == (0, 3), "a new process reads what waits again"
    assert [found.situation for found in one.due(NIGHT_MS + 9 * 3_600_000)] == ["a", "c", "d"]


def test_a_site_says_which_priorities_wait() -> None:
    one = waiting(QuietSettings(begin=0, end=24 * 60 - 1, priorities=["critical"]))
    one.add([change(1, "a", severity="highest"), change(2, "b", severity="low")], 2)
    assert [found.situation for found in one.due(NOON_MS)] == ["b"]


def test_between_two_e_mails_is_the_interval_and_a_clock_that_is_set_back_does_not_lengthen_it() -> None:
    one = waiting(interval_s=300)
    one.add([change(1)], 1)
    one.sent(one.due(NOON_MS), NOON_MS)
    one.add([change(2)], 2)
    assert one.due(NOON_MS + 299_999) == []
    assert len(one.due(NOON_MS + 300_000)) == 1
    assert len(one.due(NOON_MS - 3_600_000)) == 1


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans(), st.booleans()), max_size=30))
def test_whenever_it_is_killed_nothing_that_waits_is_forgotten(steps: list[tuple[str, bool, bool]]) -> None:
    one, unsent = waiting(QUIET), dict[str, int]()
    for number, (name, severe, night) in enumerate(steps, 1):
        one.add([change(number, name, severity="high" if severe else "low")], number)
        unsent[name] = number
        now_ms = NIGHT_MS if night else NOON_MS
        for found in one.due(now_ms):
            assert unsent.pop(found.situation) == found.number
        one.sent(one.due(now_ms), now_ms)
        assert all(one.done < waits for waits in unsent.values())
