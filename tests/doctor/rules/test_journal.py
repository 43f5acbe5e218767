"""Integrity, age, backlog and losses of a journal."""

from typing import Any

import pytest

from gateway.doctor.rules.journal import JournalFacts, NoJournal, backlog, integrity, losses

NOW_MS = 1_790_000_000_000
MINUTE_MS = 60_000


@pytest.mark.parametrize(
    ("facts", "states"),
    [
        ({"newest_ms": NOW_MS - MINUTE_MS, "waiting": 3, "oldest_ms": NOW_MS - 2 * MINUTE_MS}, ("ok", "ok", "ok")),
        ({}, ("ok", "ok", "ok")),
        ({"flaw": "database disk image is malformed"}, ("failed", "ok", "ok")),
        ({"newest_ms": NOW_MS - 30 * MINUTE_MS}, ("warning", "ok", "ok")),
        ({"waiting": 900, "oldest_ms": NOW_MS - 90 * MINUTE_MS}, ("ok", "warning", "ok")),
        ({"gaps": 2, "last_gap": "lost power"}, ("ok", "ok", "warning")),
    ],
)
def test_each_trouble_of_a_journal_is_told_by_one_check(facts: dict[str, Any], states: tuple[str, ...]) -> None:
    found = JournalFacts(NOW_MS, **facts)
    assert (integrity(found).state, backlog(found).state, losses(found).state) == states


@pytest.mark.parametrize(("expected", "state"), [(True, "unknown"), (False, "not applicable")])
def test_a_journal_that_is_missing_matters_only_where_there_should_be_one(expected: bool, state: str) -> None:
    for judge in (integrity, backlog, losses):
        assert judge(NoJournal("unable to open database file", expected)).state == state
