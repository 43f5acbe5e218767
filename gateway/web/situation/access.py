"""Calls of the room's service from routes: few wait at a time, and what it refuses becomes an error of HTTP."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.service import SituationService, SituationUnknown
from gateway.situation.lifecycle.permissions import ActionRefused, NotYours
from gateway.web.situation.problem import ApiProblem, unavailable

T = TypeVar("T")

_WAITING_MOST = 64
"""Calls that wait for their turn; each takes milliseconds."""

_AGAIN_S = 5.0


class RoomAccess:
    """The room, as routes use it."""

    def __init__(self, room: SituationRoom) -> None:
        self.room = room
        self._waiting = 0

    async def run(self, use: Callable[[SituationService], T]) -> T:
        """Use the service, one after the other.

        Raises:
            ApiProblem: What is asked for is not possible, or the server has too much to do.
        """
        if self._waiting >= _WAITING_MOST:
            raise unavailable("too many requests wait already: try again", "troppe richieste in attesa: riprovare", 1.0)
        self._waiting += 1
        try:
            with _as_problems():
                return await self.room.run(use)
        finally:
            self._waiting -= 1


@contextmanager
def _as_problems() -> Iterator[None]:
    try:
        yield
    except SituationUnknown as refused:
        raise ApiProblem(404, *refused.text) from refused
    except NotYours as refused:
        raise ApiProblem(403, *refused.text) from refused
    except ActionRefused as refused:
        raise ApiProblem(409, *refused.text) from refused
    except SituationsUnavailable as error:
        raise unavailable("the situations can't be read now: try again", "ora le situazioni non si leggono: riprovare", _AGAIN_S) from error
