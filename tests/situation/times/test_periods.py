"""Notice and answer periods."""

from types import MappingProxyType

import msgspec
import pytest

from gateway.model.instants import iso_utc, ms_of_iso
from gateway.situation.event.kinds import WorksCategory
from gateway.situation.times.instants import begin_ms
from gateway.situation.times.periods import DayCount, TimeRules
from tests.situation.examples import ROME, RULES

ASKED = ms_of_iso("2026-11-30T10:00:00+01:00")
START = begin_ms("2027-03-01", ROME)


@pytest.mark.parametrize(
    ("category", "until"),
    [("major_advance", "2026-12-28"), ("major", "2026-12-07"), ("standard", "2026-12-07"), ("minor", "2026-12-02"), ("immediate_urgent", "2026-12-02"),
     ("upcoming_enum", "2026-12-07")],
)  # fmt: skip
def test_an_answer_is_due_at_the_end_of_the_last_day(category: str, until: str) -> None:
    due = RULES.answer_due_ms(msgspec.convert(category, WorksCategory), ASKED)
    assert iso_utc(due, "seconds") == f"{until}T23:00:00Z"


@pytest.mark.parametrize(
    ("category", "until"), [("major_advance", "2026-12-07"), ("major", "2027-02-15"), ("standard", "2027-02-15"), ("minor", "2027-02-24")]
)
def test_works_are_announced_before_the_notice_begins(category: str, until: str) -> None:
    assert iso_utc(RULES.notice_due_ms(WorksCategory(category), START), "seconds") == f"{until}T23:00:00Z"


def test_immediate_works_need_no_notice() -> None:
    assert RULES.notice_due_ms(WorksCategory.EMERGENCY, START) == START


def test_minor_works_lapse_sooner() -> None:
    minor, standard = (iso_utc(RULES.lapse_ms(one, START), "seconds") for one in (WorksCategory.MINOR, WorksCategory.STANDARD))
    assert (minor, standard) == ("2027-03-03T23:00:00Z", "2027-03-08T23:00:00Z")


def test_a_site_has_its_own_periods() -> None:
    rules = TimeRules(ROME, answer=MappingProxyType({WorksCategory.MINOR: DayCount(1, working=False)}))
    assert iso_utc(rules.answer_due_ms(WorksCategory.MINOR, ASKED), "seconds") == "2026-12-01T23:00:00Z"


def test_a_reminder_is_sent_halfway() -> None:
    assert RULES.reminder_ms(1000, 3000) == 2000
