"""Numbers that were used: remembered until their token ends, and not more of them than there is room for."""

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gateway.web.situation.signed import used as module
from gateway.web.situation.signed.used import UsedNumbers


class UsedNumbersMachine(RuleBasedStateMachine):
    """Against a dictionary of when each number ends."""

    def __init__(self) -> None:
        super().__init__()
        self.used, self.now_ms, self.ends = UsedNumbers(), 0, dict[str, int]()

    @rule(number=st.sampled_from(["a", "b", "c", "\ud800"]), life_ms=st.integers(1, 50))
    def use(self, number: str, life_ms: int) -> None:
        if not self.used.is_used(number):
            self.used.add(number, self.now_ms + life_ms)
            self.ends[number] = self.now_ms + life_ms

    @rule(ms=st.integers(1, 30))
    def pass_time(self, ms: int) -> None:
        self.now_ms += ms
        self.used.forget_ended(self.now_ms)
        self.ends = {number: ends for number, ends in self.ends.items() if ends > self.now_ms}

    @invariant()
    def those_are_used_that_have_not_ended(self) -> None:
        assert {number for number in ("a", "b", "c", "\ud800") if self.used.is_used(number)} == self.ends.keys()


TestUsedNumbers = UsedNumbersMachine.TestCase


def test_there_is_room_again_when_tokens_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    used = UsedNumbers()
    used.add("a", 10)
    assert not used.is_full
    used.add("b", 20)
    assert used.is_full
    used.forget_ended(9)
    assert used.is_full
    used.forget_ended(10)
    assert not used.is_full
