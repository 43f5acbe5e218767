"""Calls of the room."""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationUnknown
from gateway.situation.lifecycle.permissions import ActionRefused, NotYours
from gateway.web.situation import access as module
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.problem import ApiProblem


class SlowRoom:
    """A room whose calls end when the test says so."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()

    async def run(self, use: Callable[[Any], Any]) -> Any:
        await self.goes_on.wait()
        return use(self)


@pytest.mark.parametrize(
    ("error", "status"),
    [(SituationUnknown("a", "b"), 404), (NotYours("a", "b"), 403), (ActionRefused("a", "b"), 409), (SituationsUnavailable("disk"), 503)],
)
async def test_what_the_room_refuses_is_an_error_of_http_with_its_sentences(error: Exception, status: int) -> None:
    room = SlowRoom()
    room.goes_on.set()

    def refuse(_: object) -> None:
        raise error

    with pytest.raises(ApiProblem) as refused:
        await RoomAccess(cast("SituationRoom", room)).run(refuse)
    assert refused.value.status_code == status
    assert (refused.value.text == ("a", "b")) == (status != 503)


async def test_only_so_many_calls_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_WAITING_MOST", 2)
    room = SlowRoom()
    access = RoomAccess(cast("SituationRoom", room))
    waiting = [asyncio.create_task(access.run(lambda _: "done")) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(ApiProblem) as refused:
        await access.run(lambda _: "done")
    assert (refused.value.status_code, refused.value.headers) == (503, {"retry-after": "1"})
    room.goes_on.set()
    assert await asyncio.gather(*waiting) == ["done", "done"]
    assert await access.run(lambda _: "again") == "again"
