"""Documents are made once for each change, and what is kept is bounded."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.formats.exporting import exported
from gateway.situation.formats.port import ExchangeFormat, Export, ExportRequest
from gateway.situation.lifecycle.actions import AddComment, Publish
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.feeds import documents
from gateway.web.situation.feeds.documents import FeedDocument, SituationFeeds
from gateway.web.situation.feeds.versions import SituationVersions
from gateway.web.situation.problem import ApiProblem
from tests.situation.examples import CITELUM, NOW_MS, ROME, VIA_ROMA, accident
from tests.web.situation.served import ROOM_RULES


class Rig:
    """Feeds of a room, whose makings are counted."""

    def __init__(self, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.room = SituationRoom(SituationService(SqliteSituations(file), ROOM_RULES), SqliteSituations(file))
        self.now_s, self.made = 0.0, list[str]()
        versions = SituationVersions(PresentSituations(ROME))
        self.feeds = SituationFeeds(RoomAccess(self.room), versions, "prato", ROOM_RULES, lambda: self.now_s)
        real = exported

        def counted(exchange_format: ExchangeFormat, request: ExportRequest) -> Export:
            self.made.append(exchange_format.name)
            return real(exchange_format, request)

        monkeypatch.setattr(documents, "exported", counted)

    async def publish(self, name: str) -> None:
        publish = Publish(id=name, content=accident(), geometry=VIA_ROMA)
        await self.room.run(lambda service: service.do(name, publish, CITELUM, NOW_MS))

    async def get(self, name: str = "geojson", recipient: str | None = None) -> FeedDocument:
        found = await self.feeds.document(name, recipient)
        assert found is not None
        return found


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Rig]:
    found = Rig(tmp_path / "situations.sqlite", monkeypatch)
    await found.publish("a")
    yield found
    found.feeds.close()
    await found.room.close()


async def test_a_flood_of_requests_makes_a_document_once_and_a_change_makes_it_again(rig: Rig) -> None:
    flood = await asyncio.gather(*(rig.get() for _ in range(50)))
    assert (len(set(flood)), rig.made) == (1, ["geojson"])
    await rig.room.run(lambda service: service.do("a", AddComment(text="visto"), CITELUM, NOW_MS))
    await rig.get()
    assert rig.made == ["geojson"] * 2
    await rig.get(recipient="citelum")
    assert rig.made == ["geojson"] * 3, "another recipient sees something else"


async def test_time_alone_makes_a_document_again_after_five_minutes(rig: Rig) -> None:
    await rig.get()
    rig.now_s = 300.0
    await rig.get()
    assert len(rig.made) == 1
    rig.now_s = 300.5
    await rig.get()
    assert len(rig.made) == 2


async def test_too_many_requests_that_wait_are_told_to_come_back(rig: Rig) -> None:
    answers = await asyncio.gather(*(rig.get() for _ in range(70)), return_exceptions=True)
    late = [one for one in answers if isinstance(one, ApiProblem)]
    assert (len(late), {one.status_code for one in late}, len(rig.made)) == (6, {503}, 1)


async def test_what_was_asked_for_longest_ago_is_forgotten_first(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    size = len((await rig.get()).content)
    monkeypatch.setattr(documents, "_KEPT_BYTES", size)
    await rig.get("ngsi-v2")
    await rig.get("ngsi-v2")
    assert rig.made == ["geojson", "ngsi-v2"]
    await rig.get()
    assert rig.made == ["geojson", "ngsi-v2", "geojson"]


async def test_too_many_situations_for_a_feed_are_an_error_and_not_a_part_of_them(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await rig.publish("b")
    monkeypatch.setattr(documents, "_MOST_BYTES", len((await rig.get()).content) // 2)
    with pytest.raises(ApiProblem) as refused:
        await rig.get("ngsi-v2")
    assert (refused.value.status_code, rig.made) == (503, ["geojson"])
