"""The ledger as a state machine: whatever is killed whenever, the site file has the old text or the new one, and trials end."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from gateway.staging import ledger as rules
from gateway.staging.ledger import Change, ChangeRefused, Ledger, Moment, Staged, Trial


def moment(up_s: float = 0.0, boot: str = "boot-1") -> Moment:
    return Moment(1_800_000_000_000 + int(1000 * up_s), int(1000 * up_s), boot)


def trial(old: str = "a", new: str = "b", *, boot: str = "boot-1", confirms: str = "person") -> Trial:
    change = Change(old, new, "technician", "why", 1)
    return Trial(change, boot, int(1000 * rules.TRIAL_S), confirms)  # type: ignore[arg-type]


def test_only_one_change_is_on_trial() -> None:
    ledger = rules.begin(rules.stage(Ledger(), Staged("b", "technician", 1)), trial())
    assert ledger.staged is None
    with pytest.raises(ChangeRefused, match="confirm it or undo it first"):
        rules.begin(ledger, trial())
    with pytest.raises(ChangeRefused, match="no change is on trial"):
        rules.end(Ledger(), "confirmed", "", moment())


def test_what_was_killed_before_the_file_was_written_was_not_done() -> None:
    recovery = rules.recover(rules.begin(Ledger(), trial()), "a", moment())
    assert recovery.put_back is None
    assert recovery.ledger.trial is None
    assert recovery.ledger.entries[-1].outcome == "undone"


def test_a_trial_goes_on_after_a_restart_and_ends_when_its_time_is_over() -> None:
    ledger = rules.begin(Ledger(), trial())
    assert rules.recover(ledger, "b", moment(299)) == (ledger, None)
    late = rules.recover(ledger, "b", moment(300))
    assert (late.put_back, late.ledger.entries[-1].reason) == ("a", "not confirmed in time")


def test_a_reboot_gives_a_trial_its_time_again_once() -> None:
    first = rules.recover(rules.begin(Ledger(), trial()), "b", moment(10, "boot-2"))
    assert first.put_back is None
    assert first.ledger.trial is not None
    assert rules.left_ms(first.ledger.trial, moment(10, "boot-2")) == 300_000
    assert rules.recover(first.ledger, "b", moment(5, "boot-3")).put_back == "a"


def test_a_file_that_was_changed_by_hand_is_left_alone() -> None:
    recovery = rules.recover(rules.begin(Ledger(), trial()), "c", moment(900))
    assert (recovery.put_back, recovery.ledger.entries[-1].outcome) == (None, "superseded")


def test_a_change_made_without_a_gateway_is_confirmed_by_being_written() -> None:
    recovery = rules.recover(rules.begin(Ledger(), trial(confirms="nothing")), "b", moment(900))
    assert (recovery.put_back, recovery.ledger.entries[-1].outcome) == (None, "confirmed")


def test_an_order_that_is_not_newer_is_refused() -> None:
    ledger = rules.order(Ledger(), 7)
    for number in (7, 6):
        with pytest.raises(ChangeRefused, match="not newer"):
            rules.order(ledger, number)
    assert rules.order(ledger, 8).newest_order == 8


def test_the_change_before_is_the_one_that_made_the_file() -> None:
    with pytest.raises(ChangeRefused, match="no earlier configuration"):
        rules.previous(Ledger(), "b")
    ledger = rules.end(rules.begin(Ledger(), trial()), "confirmed", "", moment())
    assert rules.previous(ledger, "b").change.old == "a"
    with pytest.raises(ChangeRefused, match="changed by hand since"):
        rules.previous(ledger, "c")


def test_the_log_keeps_the_newest_changes_and_their_numbers() -> None:
    ledger = Ledger()
    for _ in range(rules.MOST_ENTRIES + 5):
        ledger = rules.end(rules.begin(ledger, trial()), "confirmed", "", moment())
    assert [ledger.entries[0].number, ledger.entries[-1].number] == [6, rules.MOST_ENTRIES + 5]


class KilledAnywhere(RuleBasedStateMachine):
    """A disk with a ledger and a site file, and a program that can be killed between any two writes."""

    @initialize()
    def begin(self) -> None:
        self.ledger, self.file = Ledger(), "text-0"
        self.count, self.up_s, self.boot = 0, 0.0, 1
        self.allowed = {self.file}
        self.running = True

    @property
    def now(self) -> Moment:
        return moment(self.up_s, f"boot-{self.boot}")

    @precondition(lambda self: self.running and self.ledger.trial is None)
    @rule(killed_after=st.integers(0, 3), confirms=st.sampled_from(["person", "uplink"]))
    def apply(self, killed_after: int, confirms: str) -> None:
        self.count += 1
        old, new = self.file, f"text-{self.count}"
        self.allowed = {old, new}
        if killed_after > 0:
            change = Trial(Change(old, new, "technician", "", 1), self.now.boot, self.now.up_ms + 300_000, confirms)  # type: ignore[arg-type]
            self.ledger = rules.begin(self.ledger, change)
        if killed_after > 1:
            self.file = new
        self.running = killed_after > 2

    @precondition(lambda self: self.running and self.ledger.trial is not None)
    @rule(killed=st.booleans())
    def confirm(self, killed: bool) -> None:
        if not killed:
            self.ledger = rules.end(self.ledger, "confirmed", "", self.now)
            self.allowed = {self.file}
        self.running = not killed

    @precondition(lambda self: self.running and self.ledger.trial is not None)
    @rule(killed_after=st.integers(0, 2))
    def undo(self, killed_after: int) -> None:
        assert self.ledger.trial is not None
        old = self.ledger.trial.change.old
        if killed_after > 0:
            self.file = old
        if killed_after > 1:
            self.ledger = rules.end(self.ledger, "undone", "by hand", self.now)
            self.allowed = {old}
        self.running = killed_after > 1

    @rule(seconds=st.sampled_from([1.0, 100.0, 400.0]), reboots=st.booleans())
    def pass_time(self, seconds: float, reboots: bool) -> None:
        self.up_s = 1.0 if reboots else self.up_s + seconds
        self.boot += reboots
        self.running = self.running and not reboots

    @precondition(lambda self: not self.running)
    @rule(killed_before_the_ledger=st.booleans())
    def start(self, killed_before_the_ledger: bool) -> None:
        recovery = rules.recover(self.ledger, self.file, self.now)
        if recovery.put_back is not None:
            self.file = recovery.put_back
        if killed_before_the_ledger:
            return
        self.ledger, self.running = recovery.ledger, True
        if self.ledger.trial is None:
            self.allowed = {self.file}
        else:
            assert rules.left_ms(self.ledger.trial, self.now) > 0, "what is over ends at the start"

    @invariant()
    def the_file_is_old_or_new(self) -> None:
        assert self.file in self.allowed

    @invariant()
    def what_is_in_the_file_without_a_trial_was_the_last_word(self) -> None:
        if self.running and self.ledger.trial is None and self.ledger.entries:
            last = self.ledger.entries[-1]
            assert self.file == (last.change.new if last.outcome == "confirmed" else last.change.old)


TestKilledAnywhere = KilledAnywhere.TestCase
TestKilledAnywhere.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
