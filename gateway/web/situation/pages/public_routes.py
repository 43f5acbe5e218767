"""The page for citizens: made once for all who look at it, at most every few seconds, for browsers and caches."""

import hashlib
import time
from collections.abc import Callable, Iterable
from functools import partial
from typing import NamedTuple

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.host import clock
from gateway.situation.audience import PUBLIC, seen_by
from gateway.web.attempts import source_of
from gateway.web.built_page import STATIC
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.pages.public_page import PublicItem, PublicView, busy_page, marks_of, public_page, sections_of
from gateway.web.situation.pages.street_map import StreetMap
from gateway.web.situation.pages.words import TOPICS, PageLanguage
from gateway.web.situation.problem import preferred
from gateway.web.situation.rates import RequestRates

_CACHED = "public, max-age=30"
_FRESH_S = 5.0
"""How long a page that was made is sent again: however many ask, the room is asked rarely."""


class _Made(NamedTuple):
    until_s: float
    page: bytes
    marks: bytes


class PublicPages:
    """The page in both languages and for each topic, as it was made last.

    Args:
        access: The room.
        present: Its situations.
        site: The name of the site.
        rates: How often an address may ask.
        now_s: A monotonic clock.
    """

    def __init__(
        self, access: RoomAccess, present: PresentSituations, site: str, rates: RequestRates, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._access, self._present, self._site, self._rates, self._now_s = access, present, site, rates, now_s
        self._template = (STATIC / "public" / "index.html").read_text()
        self._made: dict[PublicView, _Made] = {}

    async def page(self, request: Request) -> Response:
        """Answer with the page."""
        view = view_of(request)
        busy = self._busy(request, view.language)
        return busy or _cached(request, (await self._of(view)).page, "text/html; charset=utf-8", view.language)

    async def marks(self, request: Request) -> Response:
        """Answer with what the map draws."""
        view = view_of(request)
        busy = self._busy(request, view.language)
        return busy or _cached(request, (await self._of(view)).marks, "application/json", view.language)

    def _busy(self, request: Request, language: PageLanguage) -> Response | None:
        allowance = self._rates.take(source_of(request.client.host if request.client else "-"), self._now_s())
        if allowance.allowed:
            return None
        return Response(busy_page(language), 429, {**allowance.headers(), "cache-control": "no-store"}, "text/html; charset=utf-8")

    async def _of(self, view: PublicView) -> _Made:
        made = self._made.get(view)
        if made is None or made.until_s <= self._now_s():
            made = self._made[view] = await self._access.run(partial(self._make, view))
        return made

    def _make(self, view: PublicView, service: SituationService) -> _Made:
        now_ms, zone = clock.now_ms(), service.rules.times.zone
        self._present.refresh(service.store)
        sections = sections_of(_public_items(service, self._present), view.topic, now_ms)
        page = public_page(self._template, self._site, view, sections, zone, now_ms)
        return _Made(self._now_s() + _FRESH_S, page.encode(), msgspec.json.encode(marks_of(sections, view.language)))


def public_routes(pages: PublicPages, streets: StreetMap) -> list[BaseRoute]:
    """Return the routes of the page for citizens."""

    async def map_of_streets(request: Request) -> Response:
        return streets.response(request, "public, max-age=86400")

    return [Route("/", pages.page), Route("/map.json", pages.marks), Route("/streets.json", map_of_streets)]


def view_of(request: Request) -> PublicView:
    """Return what a request asks for; what is unknown is left out."""
    topic = request.query_params.get("topic")
    named = request.query_params.get("lang")
    accepted = request.headers.get("accept-language", "")
    language = named if named in ("it", "en") else preferred(accepted) if accepted else "it"
    return PublicView("en" if language == "en" else "it", topic if topic in TOPICS else None)


def _public_items(service: SituationService, present: PresentSituations) -> Iterable[PublicItem]:
    parties = service.rules.parties
    for one in present.after(""):
        content = one.situation.content
        seen = None if content.exercise else seen_by(one.situation, PUBLIC, parties)
        if seen is not None:
            owner = parties.get(one.situation.owner)
            yield PublicItem(seen, one.situation.owner if owner is None else owner.title, one.span.from_ms, one.span.to_ms)


def _cached(request: Request, content: bytes, kind: str, language: str) -> Response:
    tag = f'"{hashlib.blake2b(content, digest_size=12).hexdigest()}"'
    headers = {"etag": tag, "cache-control": _CACHED, "vary": "Accept-Language", "content-language": language}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, kind)
