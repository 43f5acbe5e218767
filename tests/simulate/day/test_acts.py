"""Acts and times of the day."""

import pytest

from gateway.simulate.day.acts import DayTimes, answer, event, publish
from gateway.simulate.day.places import VIA_FIRENZE

MIDNIGHT_MS = 1_793_487_600_000
"""31 October 2026, 23:00 UTC; in Prato, 1 November begins."""


def test_minutes_are_instants_and_days_are_those_of_prato() -> None:
    times = DayTimes(MIDNIGHT_MS)
    assert times.minutes(-3) == "2026-10-31T22:57:00Z"
    assert times.days(1) == "2026-11-02"


def test_an_answer_has_a_note_only_if_something_is_said() -> None:
    assert answer("seen") == {"type": "acknowledge", "answer": "seen"}
    assert answer("objected", "mercato")["note"] == "mercato"


@pytest.mark.parametrize(("to", "audience"), [(None, {"public": True}), (("cap",), {"public": False, "organisations": ("cap",)})])
def test_an_event_is_public_or_for_those_that_it_names(to: tuple[str, ...] | None, audience: object) -> None:
    said = event("closure", "Chiusa", "Closed", ("2026-12-01", None), VIA_FIRENZE, to=to)
    assert said["audience"] == audience
    assert said["timing"] == {"planned_start": "2026-12-01"}
    assert publish(said, None)["feature"]["properties"] is said
