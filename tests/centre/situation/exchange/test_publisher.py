"""What the role publishes, at a real broker."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.centre.situation.exchange.outgoing import RETAINED_MS
from gateway.centre.situation.exchange.publisher import READER
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.situation.lifecycle.actions import AddComment, End, Publish, SituationAction, Update
from gateway.situation.lifecycle.parties import Actor
from tests.centre.situation.exchange.town import ROOM, Heard, connected, heard, running
from tests.hostile.client import Client
from tests.situation.examples import CITELUM, COMUNE, PUBLIACQUA, ROME, VIA_ROMA, accident, works
from tests.system.peer import until
from tests.system.servers import Process, mosquitto

SOON = {"planned_start": "2036-12-01", "planned_end": "2036-12-04"}
PUBLIC = {"public": True}


class CommandLine:
    """Another process that writes to the store, as the commands do."""

    def __init__(self, folder: Path) -> None:
        self.store = SqliteSituations(folder / "situations.sqlite")
        self._service = SituationService(self.store, room_rules(ROOM, ROME))

    def do(self, action: SituationAction, actor: Actor = PUBLIACQUA, name: str = "scavo-1", now_ms: int | None = None) -> int:
        self._service.do(name, action, actor, clock.now_ms() if now_ms is None else now_ms)
        return self.store.newest()


@pytest.fixture
def other(tmp_path: Path) -> Iterator[CommandLine]:
    made = CommandLine(tmp_path)
    yield made
    made.store.close()


@contextmanager
def reader(port: int, *filters: str) -> Iterator[Client]:
    """Connect a reader of everything."""
    client = Client(port, "reader").ready()
    client.subscribe(*(filters or ("prato/v1/sr/public/#", "prato/v1/sr/org/+/+/+")))
    yield client
    client.close()


def topics_of(client: Client) -> list[tuple[str, bool]]:
    return [(one.topic, one.event is not None) for one in heard(client)]


PUBLISH = Publish(id="scavo-1", content=works(timing=SOON, audience=PUBLIC), geometry=VIA_ROMA)


async def test_what_another_process_does_is_published_in_order(tmp_path: Path, port: int, other: CommandLine) -> None:
    async with running(tmp_path, port):
        with reader(port) as client:
            numbers = [other.do(PUBLISH), *(other.do(AddComment(text), CITELUM) for text in ("uno", "due"))]
            await until("all of it", lambda: len(client.received) == 7)
            inbox = [one for one in heard(client) if one.topic == "org/comune/roadworks/scavo-1"]
            assert [one.number for one in inbox] == numbers
            assert not any(one.retained for one in inbox), "it was new"
        with reader(port) as late:
            await until("what is retained", lambda: len(late.received) == 3)
            assert {one.topic: one.number for one in heard(late)} == {
                "public/roadworks/scavo-1": numbers[0],
                "org/comune/roadworks/scavo-1": numbers[2],
                "org/publiacqua/roadworks/scavo-1": numbers[2],
            }


async def test_a_narrowed_audience_makes_others_forget(tmp_path: Path, port: int, other: CommandLine) -> None:
    async with running(tmp_path, port):
        other.do(PUBLISH)
        with reader(port, "prato/v1/sr/public/#") as client:
            await until("the event", lambda: len(client.received) == 1)
            other.do(Update(content=works(timing=SOON, audience={}), geometry=VIA_ROMA, version=1))
            await until("the tombstone", lambda: topics_of(client)[1:] == [("public/roadworks/scavo-1", False)])
        with reader(port, "prato/v1/sr/public/#", "prato/v1/sr/org/publiacqua/#") as late:
            await until("the inbox", lambda: len(late.received) == 1)
            assert topics_of(late) == [("org/publiacqua/roadworks/scavo-1", True)]


async def test_what_was_done_while_the_role_was_away_is_published_once(tmp_path: Path, port: int, other: CommandLine) -> None:
    async with running(tmp_path, port) as role:
        other.do(PUBLISH)
        await until("the publication", lambda: role.health()["situations_behind"] == 0 and other.store.position(READER) == 1)
    for text in ("uno", "due"):
        other.do(AddComment(text), CITELUM)
    with reader(port, "prato/v1/sr/org/comune/#") as client:
        async with running(tmp_path, port) as role:
            await until("both", lambda: len(client.received) == 3)
            await until("the end", lambda: role.health()["situations_behind"] == 0)
        assert [(one.number, one.retained) for one in heard(client)] == [(1, True), (2, False), (3, False)]


async def test_who_forgot_its_position_publishes_nothing_that_the_broker_has(tmp_path: Path, port: int, other: CommandLine) -> None:
    async with running(tmp_path, port):
        other.do(PUBLISH)
        other.do(AddComment("uno"), CITELUM)
        with reader(port) as client:
            await until("all of it", lambda: len(client.received) >= 3)
    other.store.save_position(READER, 0)
    with reader(port, "prato/v1/sr/org/comune/#") as client:
        async with running(tmp_path, port) as role:
            other.do(AddComment("due"), CITELUM)
            await until("the new one", lambda: heard(client)[-1].number == 3)
            assert role.health()["ok"]
        assert [one.number for one in heard(client)] == [2, 3], "the one that is retained, and the new one"


async def test_a_broker_that_lost_everything_gets_it_again_with_the_same_numbers(tmp_path: Path, other: CommandLine) -> None:
    process, port = mosquitto(tmp_path)
    async with running(tmp_path, port):
        other.do(PUBLISH)
        other.do(AddComment("uno"), CITELUM)
        with reader(port) as client:
            await until("all of it", lambda: len({one.topic for one in heard(client)}) == 3)
        process.kill_9()
        again = Process("mosquitto-again", tmp_path, *process.process.args)  # type: ignore[misc]
        await until("what the broker had", lambda: numbers_at(port) == {1, 2}, 60)
    again.stop()


def numbers_at(port: int) -> set[int]:
    """Return the numbers of all that a broker retains; none while it does not run."""
    try:
        with reader(port) as client:
            time.sleep(0.2)  # how many come is what is asked
            return {one.number for one in heard(client)}
    except OSError:
        return set()


async def test_what_is_over_is_cleared_after_an_hour_and_not_before(
    tmp_path: Path, port: int, other: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    began_ms = clock.now_ms()
    async with running(tmp_path, port):
        other.do(Publish(id="incidente", content=accident(), geometry=None), COMUNE, "incidente")
        ended = other.do(End(), COMUNE, "incidente")
        with reader(port, "prato/v1/sr/public/#") as client:
            await until("the end", lambda: bool(client.received) and heard(client)[-1].number == ended)
        monkeypatch.setattr(clock, "now_ms", lambda: began_ms + RETAINED_MS - 1000)
        other.do(PUBLISH, now_ms=began_ms)
        with reader(port, "prato/v1/sr/public/#") as client:
            await until("both", lambda: {one.topic for one in heard(client)} == {"public/accident/incidente", "public/roadworks/scavo-1"})
            monkeypatch.setattr(clock, "now_ms", lambda: began_ms + RETAINED_MS + 60_000)
            other.do(AddComment("sveglia"), CITELUM, now_ms=began_ms)
            await until("the tombstone", lambda: ("public/accident/incidente", False) in topics_of(client))


async def test_what_ended_long_ago_is_told_to_those_who_listen_and_not_retained(tmp_path: Path, port: int, other: CommandLine) -> None:
    long_ago_ms = clock.now_ms() - RETAINED_MS
    async with running(tmp_path, port):
        other.do(Publish(id="incidente", content=accident(), geometry=None), COMUNE, "incidente", long_ago_ms)
        with reader(port, "prato/v1/sr/public/#") as client:
            await until("the event", lambda: len(client.received) == 1)
            other.do(End(), COMUNE, "incidente", long_ago_ms)
            await until("end and tombstone", lambda: len(client.received) == 3)
            _, end, gone = heard(client)
            assert end.event is not None
            assert end.event["data"]["properties"]["state"] == "ended"
            assert gone == Heard("public/accident/incidente", None, retained=False)
    assert numbers_at(port) == set()


async def test_organisations_of_which_one_is_not_connected_lose_nothing(tmp_path: Path, port: int, other: CommandLine) -> None:
    async with running(tmp_path, port):
        other.do(PUBLISH)
        async with connected(port, "comune", "cap") as (comune, cap):
            await until("what is for both", lambda: len(comune.events) == 2 and len(cap.events) == 1)
            assert {one.topic for one in cap.events} == {"public/roadworks/scavo-1"}
