"""Which messages follow from what happens to a situation."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.situation.exchange.outgoing import RETAINED_MS, Directory, OutgoingMessage, entry_of_view, messages_since
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import RoomRules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.conflicts.comparison import ConflictRules
from gateway.situation.event.content import SituationContent
from gateway.situation.lifecycle.actions import Acknowledge, AddComment, Cancel, End, Publish, SituationAction, Update
from gateway.situation.lifecycle.parties import Actor
from tests.situation.examples import CAP, CITELUM, COMUNE, NOW_MS, PUBLIACQUA, RULES, TOWN, VIA_ROMA, accident, works

DIRECTORY = Directory("prato", TOWN)
PUBLIC = {"public": True}


class Desk:
    """A Situation Room, and the messages that follow from what is done."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteSituations(folder / "situations.sqlite")
        self.service = SituationService(self.store, RoomRules(TOWN, RULES, ConflictRules()))

    def do(self, action: SituationAction, actor: Actor = PUBLIACQUA, name: str = "scavo-1") -> int:
        self.service.do(name, action, actor, NOW_MS)
        return self.store.newest()

    def publish(self, said: SituationContent | None = None, actor: Actor = PUBLIACQUA, name: str = "scavo-1") -> int:
        return self.do(Publish(id=name, content=said or works(), geometry=VIA_ROMA), actor, name)

    def since(self, number: int = 0) -> list[OutgoingMessage]:
        return [message for entry in messages_since(self.store, DIRECTORY, number, 100) for message in entry.messages]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    made.service.close()


def addressed(messages: list[OutgoingMessage]) -> list[tuple[str, bool]]:
    """Return the topics, and whether each has a content."""
    return [(one.topic.removeprefix("prato/v1/sr/"), bool(one.payload)) for one in messages]


def test_the_audience_is_sent_a_situation_and_nobody_else(desk: Desk) -> None:
    desk.publish()
    assert addressed(desk.since()) == [
        ("org/citelum/roadworks/scavo-1", True),
        ("org/comune/roadworks/scavo-1", True),
        ("org/publiacqua/roadworks/scavo-1", True),
    ]


def test_what_is_public_is_sent_once_to_everybody_and_with_its_inner_part_to_the_audience(desk: Desk) -> None:
    desk.publish(works(audience=PUBLIC | {"organisations": ["citelum"]}, internal={"text": "chiave da Rossi"}))
    everybody, *inboxes = desk.since()
    assert everybody.topic == "prato/v1/sr/public/roadworks/scavo-1"
    assert b"Rossi" not in everybody.payload
    assert b"citelum" not in everybody.payload
    assert all(b"Rossi" in one.payload for one in inboxes)
    assert not any("cap" in one.topic for one in inboxes), "it reads the public tree"


def test_a_change_that_only_the_audience_sees_is_sent_to_the_audience_alone(desk: Desk) -> None:
    begun = desk.publish(accident(), COMUNE, "incidente")
    desk.do(AddComment("ambulanza in arrivo"), CITELUM, "incidente")
    assert addressed(desk.since(begun)) == [("org/comune/accident/incidente", True)]


def test_who_leaves_the_audience_is_sent_a_tombstone(desk: Desk) -> None:
    begun = desk.publish(works(audience=PUBLIC | {"organisations": ["citelum"]}))
    desk.do(Update(content=works(audience={}), geometry=VIA_ROMA, version=1))
    assert addressed(desk.since(begun)) == [
        ("public/roadworks/scavo-1", False),
        ("org/citelum/roadworks/scavo-1", False),
        ("org/comune/roadworks/scavo-1", True),
        ("org/publiacqua/roadworks/scavo-1", True),
    ]


def test_what_somebody_may_no_longer_see_is_not_sent_late(desk: Desk) -> None:
    desk.publish(works(audience=PUBLIC, description={"it": "segreto"}))
    desk.do(Update(content=works(audience={}), geometry=VIA_ROMA, version=1))
    late = [one for one in desk.since() if "/public/" in one.topic]
    assert addressed(late) == [("public/roadworks/scavo-1", False)]


def test_a_message_has_the_number_of_what_was_done_and_marks_exercises(desk: Desk) -> None:
    number = desk.publish(works(information_status="securityExercise"))
    event = json.loads(desk.since()[0].payload)
    assert (event["id"], event["sequence"], event["subject"]) == (str(number), f"{number:016d}", "scavo-1")
    assert event["informationstatus"] == event["data"]["properties"]["information_status"] == "securityExercise"
    assert event["type"] == "street-gateway.situation.roadworks.v1"


def test_public_and_inner_events_have_different_sources(desk: Desk) -> None:
    desk.publish(works(audience=PUBLIC))
    sources = {json.loads(one.payload)["source"] for one in desk.since()}
    assert sources == {"/prato/v1/sr/public", "/prato/v1/sr/org/comune", "/prato/v1/sr/org/publiacqua"}


@pytest.mark.parametrize("action", [Cancel("rinviato"), End()])
def test_what_is_over_is_retained_for_an_hour(desk: Desk, action: SituationAction) -> None:
    begun = desk.publish(accident(), COMUNE, "incidente")
    assert all(one.until_ms is None for one in desk.since())
    desk.do(action, COMUNE, "incidente")
    assert {one.until_ms for one in desk.since(begun)} == {NOW_MS + RETAINED_MS}
    assert RETAINED_MS >= 3_600_000


def test_an_organisation_that_does_not_take_part_has_no_inbox(desk: Desk) -> None:
    desk.publish(works(audience={"organisations": ["consiag"]}))
    assert not any("consiag" in one.topic for one in desk.since())


def test_the_number_of_what_somebody_sees_is_that_of_its_last_change(desk: Desk) -> None:
    begun = desk.publish(accident(), COMUNE, "incidente")
    for _ in range(3):
        desk.do(AddComment("letto"), CAP, "incidente")
    seen = desk.do(Acknowledge("seen", 1), CAP, "incidente")
    present = desk.store.get("incidente")
    assert present is not None
    public, inner = (entry_of_view(desk.store, DIRECTORY, present, who) for who in (None, "comune"))
    assert public is not None
    assert inner is not None
    assert (public.number, inner.number) == (begun, seen)
