"""What operators do with alarms on the page, what happened to them, and whether the centre follows them."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, Protocol, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gateway.alarms.catalogue import KINDS
from gateway.alarms.state import LONGEST_BY, LONGEST_COMMENT, Action, AlarmKey, Transition
from gateway.host.threads import OneThread
from gateway.model.messages import AlarmText
from gateway.web.json_api import ApiError, body_as, json_response
from gateway.web.operator.alarm_desk import AlarmsUnavailable
from gateway.web.operator.login import ConsoleLogin

_SHELVED_LEAST_S, _SHELVED_MOST_S = 60.0, 30 * 86_400.0
_LOG_ROWS_READ, _LOG_ROWS_SHOWN = 5000, 500
_NOT_SHOWN = ("hidden", "shown")
"""A dark panel hides the alarms of hundreds of lamps: the log would have nothing else."""

_FOLLOWED_WITHIN_MS = 60_000
"""The role says every ten seconds that it works."""

_Name = Annotated[str, msgspec.Meta(max_length=256)]
Answer = TypeVar("Answer")


class PageAlarms(Protocol):
    """The alarms of the centre. Every method raises AlarmsUnavailable."""

    def ask(self, action: Action, at_ms: int) -> None:
        """Have the centre do something with an alarm."""
        ...

    def log(self, newest: int) -> list[Transition]:
        """Return what happened last to alarms, oldest first."""
        ...

    def followed_ms(self) -> int | None:
        """Return when the role `alarms` last worked; None if it never did."""
        ...


class _Asked(msgspec.Struct):
    """An alarm, and what is done with it. `by` counts only where nobody logs in, `for_s` only for shelving."""

    operator: _Name
    asset: _Name
    kind: _Name
    part: _Name
    verb: Literal["ack", "shelve", "unshelve"]
    comment: Annotated[str, msgspec.Meta(max_length=LONGEST_COMMENT)] = ""
    by: Annotated[str, msgspec.Meta(max_length=LONGEST_BY)] = ""
    for_s: Annotated[float, msgspec.Meta(ge=_SHELVED_LEAST_S, le=_SHELVED_MOST_S)] | None = None


class LogRow(msgspec.Struct):
    """What happened to an alarm, and who did it, if somebody did."""

    at_ms: int
    operator: str
    asset: str
    kind: str
    part: str
    change: str
    by: str | None
    detail: AlarmText
    title: AlarmText


def alarm_routes(alarms: PageAlarms, thread: OneThread, login: ConsoleLogin, now_ms: Callable[[], int]) -> list[Route]:
    """Return the routes; those that change something are for operators alone, which the guard of the page checks."""

    async def act(request: Request) -> Response:
        asked = await body_as(request, _Asked)
        action = _action(asked, _name_of(request, login, asked.by), now_ms())
        await _used(thread.run(alarms.ask, action, now_ms()))
        return json_response({}, 202)

    async def happened(_request: Request) -> Response:
        rows = await _used(thread.run(alarms.log, _LOG_ROWS_READ))
        shown = [_log_row(one) for one in reversed(rows) if one.key.kind in KINDS and one.change not in _NOT_SHOWN]
        return json_response({"log": shown[:_LOG_ROWS_SHOWN]})

    async def state(_request: Request) -> Response:
        """Answer whether alarms are followed: null if that can't be known, because the centre is on another machine."""
        try:
            at_ms = await thread.run(alarms.followed_ms)
        except AlarmsUnavailable as error:
            return json_response({"followed": None, "reason": str(error)})
        return json_response({"followed": at_ms is not None and now_ms() - at_ms < _FOLLOWED_WITHIN_MS, "since_ms": at_ms})

    return [
        Route("/alarms/actions", act, methods=["POST"]),
        Route("/alarms/log", happened),
        Route("/alarms/state", state),
    ]


def _action(asked: _Asked, by: str, at_ms: int) -> Action:
    """Return what is to be done.

    Raises:
        ApiError: 400, because there is no such kind of alarm, or shelving has no duration.
    """
    if asked.kind not in KINDS:
        raise ApiError(400, f"unknown kind of alarm '{asked.kind}'", f"tipo di allarme '{asked.kind}' sconosciuto")
    if asked.verb == "shelve" and asked.for_s is None:
        raise ApiError(400, "say for how long to shelve the alarm", "indica per quanto tempo sospendere l'allarme")
    until_ms = at_ms + round(1000 * asked.for_s) if asked.verb == "shelve" and asked.for_s is not None else None
    key = AlarmKey(asked.operator, asked.asset, asked.kind, asked.part)
    return Action(key, asked.verb, by, until_ms, asked.comment.strip())


def _name_of(request: Request, login: ConsoleLogin, typed: str) -> str:
    """Return who makes a request: the user, or what was typed where nobody logs in.

    Raises:
        ApiError: 400, because nothing was typed.
    """
    user = login.user_of(request)
    name = (typed.strip() if user is None or user.name is None else user.name)[:LONGEST_BY]
    if not name:
        raise ApiError(400, "say who you are: this page has no users", "indica chi sei: questa pagina non ha utenti")
    return name


def _log_row(one: Transition) -> LogRow:
    return LogRow(one.at_ms, *one.key, one.change, one.by, one.detail, KINDS[one.key.kind].title)


async def _used(answer: Awaitable[Answer]) -> Answer:
    """Return what the file of alarms answers.

    Raises:
        ApiError: 503, because it can't be used.
    """
    try:
        return await answer
    except AlarmsUnavailable as error:
        it = "gli allarmi non si possono usare da qui; usa 'gateway alarms' sulla macchina del centro"
        raise ApiError(503, f"{error}; use 'gateway alarms' on the centre's machine", it) from error
