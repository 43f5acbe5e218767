"""Makes the documents of feeds, once for each change of the situations, however many ask for them."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import NamedTuple

import msgspec

from gateway.centre.situation.settings import RoomRules
from gateway.host import clock
from gateway.host.threads import OneThread
from gateway.situation.formats.exporting import exported
from gateway.situation.formats.port import ExportedSituation, ExportRequest
from gateway.web.situation.access import RoomAccess
from gateway.web.situation.feeds.kinds import ATOM, FEEDS, SituationFeed
from gateway.web.situation.feeds.packing import IndexedAlert, alert_index, archive
from gateway.web.situation.feeds.versions import SituationVersions
from gateway.web.situation.problem import ApiProblem, unavailable

_LONGEST_S = 300.0
"""After so long a document is made again though nothing was done: time alone ends what it says of coming nights and past weeks."""

_AT_ONCE = 20
"""Situations that are read before others have their turn in the room."""

_MOST_BYTES = 32 << 20
"""Of the situations of one feed, as JSON."""

_KEPT_BYTES = 128 << 20
"""Of all documents that are kept; those that were asked for longest ago are made again."""

_WAITING_MOST = 64
"""Requests that wait until a document is made."""

WHOLE = ""
"""The name of the document itself, among the files that it stands for."""


class FeedDocument(NamedTuple):
    """A document, its media type and its ETag."""

    content: bytes
    media: str
    tag: str


class _Kept(NamedTuple):
    number: int
    made_s: float
    files: Mapping[str, FeedDocument]

    @property
    def size(self) -> int:
        return sum(len(one.content) for one in self.files.values())


class SituationFeeds:
    """The feeds of a Situation Room.

    Args:
        access: The room.
        versions: Its situations with their earlier versions.
        site: The name of the site.
        rules: Who takes part.
        now_s: A monotonic clock.
    """

    def __init__(self, access: RoomAccess, versions: SituationVersions, site: str, rules: RoomRules, now_s: Callable[[], float]) -> None:
        self._access, self._versions, self._now_s = access, versions, now_s
        titles = {name: one.title for name, one in rules.parties.organisations.items()}
        self._empty = ExportRequest([], site, titles, rules.times.zone, 0)
        self._kept: OrderedDict[tuple[str, str | None], _Kept] = OrderedDict()
        self._making = asyncio.Lock()
        self._waiting = 0
        self._thread = OneThread("feeds")

    async def document(self, name: str, recipient: str | None, file: str = WHOLE) -> FeedDocument | None:
        """Return the document of a feed as a recipient may see it, or one of its files; None if there is no such file.

        Raises:
            ApiProblem: 503, the situations can't be read, or are too large for a feed.
        """
        kept = self._current(name, recipient)
        if kept is None:
            if self._waiting >= _WAITING_MOST:
                raise unavailable("too many requests wait already: try again", "troppe richieste in attesa: riprovare", 1.0)
            self._waiting += 1
            try:
                async with self._making:
                    kept = self._current(name, recipient) or await self._make(name, recipient)
            finally:
                self._waiting -= 1
        return kept.files.get(file)

    def close(self) -> None:
        """End the thread that writes documents."""
        self._thread.close()

    def _current(self, name: str, recipient: str | None) -> _Kept | None:
        """Return a document that was made since the last change."""
        kept = self._kept.get((name, recipient))
        if kept is None or kept.number != self._access.room.number or self._now_s() - kept.made_s > _LONGEST_S:
            return None
        self._kept.move_to_end((name, recipient))
        return kept

    async def _make(self, name: str, recipient: str | None) -> _Kept:
        number, made_ms = self._access.room.number, clock.now_ms()
        situations = await self._situations(recipient, made_ms)
        request = self._empty._replace(situations=situations, made_ms=made_ms)
        kept = _Kept(number, self._now_s(), await self._thread.run(_files, FEEDS[name], request))
        self._kept[name, recipient] = kept
        self._kept.move_to_end((name, recipient))
        while len(self._kept) > 1 and sum(one.size for one in self._kept.values()) > _KEPT_BYTES:
            self._kept.popitem(last=False)
        return kept

    async def _situations(self, recipient: str | None, now_ms: int) -> list[ExportedSituation]:
        names = await self._access.run(lambda service: self._versions.names(service, recipient, now_ms))
        found: list[ExportedSituation] = []
        size = 0
        for first in range(0, len(names), _AT_ONCE):
            part = names[first : first + _AT_ONCE]
            found += await self._access.run(lambda service, some=part: self._versions.read(service, some, recipient))  # type: ignore[misc]
            size += sum(len(msgspec.json.encode(one.seen)) for one in found[first:])
            if size > _MOST_BYTES:
                raise _too_large()
        return found


def _files(feed: SituationFeed, request: ExportRequest) -> dict[str, FeedDocument]:
    export = exported(feed.format, request)
    if feed.file is None:
        (file,) = export.files
        return {WHOLE: _document(file.content, feed.kind.media)}
    if feed.kind.media == ATOM:
        left_out = {one.situation for one in export.left_out}
        within = [one for one in request.situations if one.seen.id not in left_out]
        whole = alert_index([IndexedAlert(*one) for one in zip(within, export.files, strict=True)], request)
    else:
        whole = archive(export.files)
    files = {file.name: _document(file.content, feed.file.media) for file in export.files}
    return {WHOLE: _document(whole, feed.kind.media), **files}


def _document(content: bytes, media: str) -> FeedDocument:
    return FeedDocument(content, media, f'"{hashlib.blake2b(content, digest_size=16).hexdigest()}"')


def _too_large() -> ApiProblem:
    return unavailable(
        "there are too many situations for a feed: read the pages of /situations",
        "le situazioni sono troppe per un feed: leggere le pagine di /situations",
        3600.0,
    )
