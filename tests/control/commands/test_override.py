"""Commands."""

import msgspec

from gateway.control.commands.override import LightOverride, Precedence
from tests.control.commands.orders import HOUR_MS, NOW_MS, override


def test_a_command_without_a_start_begins_when_it_was_issued() -> None:
    assert override().begins_ms == NOW_MS
    assert override(start_ms=NOW_MS + HOUR_MS).begins_ms == NOW_MS + HOUR_MS
    assert override(start_ms=NOW_MS - HOUR_MS).begins_ms == NOW_MS


def test_a_permanent_command_needs_no_clock() -> None:
    assert override().is_timed
    assert not override(expires_ms=None).is_timed
    assert override(expires_ms=None, start_ms=NOW_MS).is_timed


def test_safety_comes_first_and_the_default_last() -> None:
    assert max(Precedence) is Precedence.SAFETY
    assert [one.name for one in sorted(Precedence)] == ["DEFAULT", "CALENDAR", "RULE", "OVERRIDE", "HAND_SWITCH", "SAFETY"]


def test_a_command_can_be_stored_and_read_again() -> None:
    stored = msgspec.msgpack.encode(override(precedence=Precedence.SAFETY))
    assert msgspec.msgpack.decode(stored, type=LightOverride) == override(precedence=Precedence.SAFETY)
