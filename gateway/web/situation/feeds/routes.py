"""The routes of feeds: for organisations, and for everybody."""

from collections.abc import Callable
from xml.sax.saxutils import escape

from starlette.requests import Request
from starlette.responses import Response

from gateway.web.situation.callers import CallerCheck, notes_of
from gateway.web.situation.feeds.documents import WHOLE, SituationFeeds
from gateway.web.situation.feeds.kinds import ATOM, FEEDS
from gateway.web.situation.feeds.packing import ADDRESS
from gateway.web.situation.http_parts import NO_STORE, PUBLIC_CACHE, READ_BY_PAGES, tagged_response
from gateway.web.situation.openapi.operations import feed_id
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.routes import Handler


def feed_handlers(feeds: SituationFeeds, check: CallerCheck) -> dict[str, Handler]:
    """Return the handlers of feeds, by the ids of their operations."""
    return {
        feed_id(name, is_file=is_file, public=public): _public_handler(feeds, name, check) if public else _own_handler(feeds, name, check)
        for name, feed in FEEDS.items()
        for is_file in ((False,) if feed.file is None else (False, True))
        for public in (False, True)
    }


def _handler(feeds: SituationFeeds, name: str, recipient: Callable[[Request], str | None], cache: str = NO_STORE) -> Handler:
    async def route(request: Request) -> Response:
        asks = recipient(request)
        file = request.path_params.get("file", WHOLE)
        found = await feeds.document(name, asks, file)
        if found is None:
            raise ApiProblem(404, f"{FEEDS[name].format.title} has no such file now", f"{FEEDS[name].format.title} non ha ora questo file")
        content = found.content
        if found.media == ATOM:
            content = content.replace(ADDRESS.encode(), escape(str(request.url.replace(query="")), {'"': "&quot;"}).encode())
        return tagged_response(request, content, found.media, found.tag, cache=cache)

    return route


def _own_handler(feeds: SituationFeeds, name: str, check: CallerCheck) -> Handler:
    return _handler(feeds, name, lambda request: check.caller_of(request).organisation)


def _public_handler(feeds: SituationFeeds, name: str, check: CallerCheck) -> Handler:
    def everybody(request: Request) -> None:
        check.anybody(request)
        notes_of(request).headers |= READ_BY_PAGES

    return _handler(feeds, name, everybody, PUBLIC_CACHE)
