"""What a check is, as JSON."""

import msgspec

from gateway.doctor.check import CheckState, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence

SAID, FIX = Sentence("it is full", "è pieno"), Sentence("empty it", "svuotalo")


def test_a_check_is_a_name_a_state_a_sentence_and_a_fix() -> None:
    assert msgspec.json.decode(msgspec.json.encode(failed("disk", SAID, FIX))) == {
        "name": "disk",
        "state": "failed",
        "sentence": {"en": "it is full", "it": "è pieno"},
        "fix": {"en": "empty it", "it": "svuotalo"},
    }


def test_only_what_needs_attention_has_a_fix() -> None:
    assert ok("disk", "fine", "bene").fix is None
    assert not_applicable("disk", "none", "nessuno").fix is None
    assert warning("disk", SAID, FIX).fix == unknown("disk", "?", "?", FIX).fix == FIX
    assert [one.value for one in CheckState] == ["ok", "warning", "failed", "unknown", "not applicable"]
