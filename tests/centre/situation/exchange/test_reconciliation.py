"""What the broker retains, against what it should."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.situation.exchange.outgoing import RETAINED_MS, Directory, OutgoingMessage
from gateway.centre.situation.exchange.reconciliation import RetainedEvent, differences, retained_event
from gateway.situation.lifecycle.actions import AddComment, End, Update
from gateway.situation.lifecycle.parties import Parties
from tests.centre.situation.exchange.test_outgoing import DIRECTORY, PUBLIC, Desk, addressed
from tests.situation.examples import CITELUM, COMUNE, NOW_MS, TOWN, VIA_ROMA, accident, works


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.publish(works(audience=PUBLIC))
    yield made
    made.service.close()


def retained(messages: list[OutgoingMessage]) -> dict[str, RetainedEvent]:
    """Return what a broker retains after messages."""
    found: dict[str, RetainedEvent] = {}
    for one in messages:
        found.pop(one.topic, None)
        if one.payload:
            found[one.topic] = retained_event(one.payload)
    return found


def missing(desk: Desk, has: dict[str, RetainedEvent], position: int | None = None, now_ms: int = NOW_MS, directory: Directory = DIRECTORY) -> list[OutgoingMessage]:  # fmt: skip
    return differences(desk.store, directory, has, desk.store.newest() if position is None else position, now_ms).messages


def test_a_broker_that_has_everything_is_sent_nothing(desk: Desk) -> None:
    assert missing(desk, retained(desk.since())) == []


def test_a_broker_that_has_lost_everything_is_sent_the_same_messages_again(desk: Desk) -> None:
    assert sorted(missing(desk, {})) == sorted(desk.since())


def test_what_is_not_ours_or_can_t_be_read_is_replaced_or_cleared(desk: Desk) -> None:
    has = retained(desk.since())
    public = "prato/v1/sr/public/roadworks/scavo-1"
    has[public] = retained_event(b"junk")
    has["prato/v1/sr/public/roadworks/altro"] = retained_event(b"{}")
    assert [(one.topic, bool(one.payload)) for one in missing(desk, has)] == [("prato/v1/sr/public/roadworks/altro", False), (public, True)]


def test_an_older_version_is_replaced(desk: Desk) -> None:
    has = retained(desk.since())
    desk.do(Update(content=works(audience=PUBLIC, severity="high"), geometry=VIA_ROMA, version=1))
    assert addressed(missing(desk, has)) == [(topic.removeprefix("prato/v1/sr/"), True) for topic in has] or len(missing(desk, has)) == len(
        has
    )
    assert {one.number for one in missing(desk, has)} == {desk.store.newest()}


def test_what_follows_from_the_history_later_is_left_out(desk: Desk) -> None:
    position = desk.store.newest()
    has = retained(desk.since())
    desk.do(AddComment("letto"), CITELUM)
    desk.publish(accident(), COMUNE, "incidente")
    assert missing(desk, has, position) == []
    assert addressed(missing(desk, {}, position)) == []


def test_what_is_over_is_cleared_after_its_time(desk: Desk) -> None:
    desk.publish(accident(), COMUNE, "incidente")
    desk.do(End(), COMUNE, "incidente")
    has = retained(desk.since())
    found = differences(desk.store, DIRECTORY, has, desk.store.newest(), NOW_MS)
    assert found.messages == []
    assert found.ends_ms == {topic: NOW_MS + RETAINED_MS for topic in has if topic.endswith("/incidente")}
    later = differences(desk.store, DIRECTORY, has, desk.store.newest(), NOW_MS + RETAINED_MS)
    assert [(one.topic, one.payload) for one in later.messages] == [(topic, b"") for topic in has if topic.endswith("/incidente")]
    assert later.ends_ms == {}


def test_the_inbox_of_who_no_longer_takes_part_is_cleared(desk: Desk) -> None:
    has = retained(desk.since())
    fewer = Directory("prato", Parties({name: one for name, one in TOWN.organisations.items() if name != "comune"}))
    assert addressed(missing(desk, has, directory=fewer)) == [("org/comune/roadworks/scavo-1", False)]
