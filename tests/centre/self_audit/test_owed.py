"""Readings that every gateway is to send again."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.self_audit.owed import ASK_AGAIN_MS, KEEP_MS, OwedReadings
from gateway.centre.stores.port import Span
from gateway.model.topics import GatewayId

HERE, THERE = GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "other", "gw-1")
SPAN = Span(1000, 2000)


@pytest.fixture
def owed(tmp_path: Path) -> Iterator[OwedReadings]:
    opened = OwedReadings(tmp_path / "dead.sqlite")
    yield opened
    opened.close()


def test_nobody_is_asked_for_nothing(owed: OwedReadings) -> None:
    assert owed.due([HERE], 3000) == []


def test_each_gateway_is_asked_when_it_is_heard_and_once_more_an_hour_later(owed: OwedReadings) -> None:
    owed.add(SPAN)
    assert owed.due([], 3000) == []
    assert owed.due([HERE], 3000) == [(HERE, SPAN)]
    assert owed.due([HERE, THERE], 4000) == [(THERE, SPAN)]
    assert owed.due([HERE, THERE], 3000 + ASK_AGAIN_MS) == [(HERE, SPAN)]
    assert owed.due([HERE, THERE], 3000 + 9 * ASK_AGAIN_MS) == [(THERE, SPAN)]
    assert owed.due([HERE, THERE], 3000 + 99 * ASK_AGAIN_MS) == []


def test_two_processes_that_share_the_file_ask_a_gateway_once(owed: OwedReadings, tmp_path: Path) -> None:
    owed.add(SPAN)
    other = OwedReadings(tmp_path / "dead.sqlite")
    assert other.due([HERE], 3000) == [(HERE, SPAN)]
    assert owed.due([HERE], 3000) == []
    other.close()


def test_a_second_span_is_asked_for_by_itself(owed: OwedReadings) -> None:
    owed.add(SPAN)
    owed.due([HERE], 3000)
    owed.add(Span(5000, 6000))
    assert owed.due([HERE], 7000) == [(HERE, Span(5000, 6000))]


def test_what_no_journal_has_any_more_is_forgotten(owed: OwedReadings) -> None:
    owed.add(SPAN)
    assert owed.due([HERE], SPAN.to_ms + KEEP_MS + 1) == []
    assert owed.due([HERE], SPAN.to_ms) == []
