"""Serves the API beside the room, until the role that runs both is told to stop."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType

from prometheus_client.core import Metric

from gateway.centre.situation.layer_file import LayerFile
from gateway.centre.situation.room import SituationRoom
from gateway.centre.situation.settings import RoomRules
from gateway.host import clock
from gateway.host.http.tls import TlsFiles
from gateway.host.http_server import ListenError, gauge, serving
from gateway.host.stopping import wait_for_stop
from gateway.model.site.assets import AssetSettings
from gateway.model.site.situation.api import SituationApiSettings
from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.situation.telemetry.affected import AssetMap
from gateway.web.situation.app import situation_api
from gateway.web.situation.pages.app import RoomPages, ServedPages, beside
from gateway.web.situation.signed.check import SignedTokens
from gateway.web.situation.streams import SituationStreams
from gateway.web.situation.tokens import TokensFile

log = logging.getLogger(__name__)

_AGAIN_AFTER_S = 1.0

_HOSTS_KEY = "centre.situation.api.hosts"


class ApiDoor:
    """The door through which programs reach a room.

    Args:
        settings: What the site file says of the API.
        rules: Who takes part, and by which rules.
        tokens: The file of tokens; it may not exist yet.
        site: The name of the site.
        pages: What the pages beside the API need, if there are any.
        organisations: Whose programs may sign their tokens, if the API has a `url`, and whose private layers there are.
        assets: The assets of the site, which say what is affected.

    Raises:
        SecretError: The certificate and its key, or the tokens, can't be used.
        ValueError: The file of tokens is damaged.
    """

    def __init__(
        self,
        settings: SituationApiSettings,
        rules: RoomRules,
        tokens: Path,
        site: str,
        pages: RoomPages | None = None,
        organisations: Mapping[str, OrganisationSettings] = MappingProxyType({}),
        assets: Mapping[str, AssetSettings] = MappingProxyType({}),
    ) -> None:
        self._settings, self._rules, self._tokens, self._site, self._pages = settings, rules, TokensFile(tokens), site, pages
        self._organisations, self._assets = organisations, AssetMap(assets)
        self._layers = {name: LayerFile(name, one.layer) for name, one in organisations.items() if one.layer is not None}
        self._tokens.tokens()
        self._failing: list[str] = []
        self._streams: SituationStreams | None = None
        self._tls = None if settings.tls is None else TlsFiles(Path(settings.tls.cert), Path(settings.tls.key))

    async def __call__(self, room: SituationRoom, stop: asyncio.Event) -> None:
        """Serve until told to stop. While the address can't be used, try again: another process may still have it."""
        while not stop.is_set():
            try:
                async with self.open(room) as port:
                    self._failing = []
                    log.info("the API of the Situation Room listens on port %d", port)
                    await stop.wait()
            except ListenError as error:
                if not self._failing:
                    log.error("the API of the Situation Room: %s; trying again", error)  # noqa: TRY400 — a sentence for the operator
                self._failing = [f"the API of the Situation Room: {error}"]
                await wait_for_stop(stop, _AGAIN_AFTER_S)

    @contextlib.asynccontextmanager
    async def open(self, room: SituationRoom) -> AsyncIterator[int]:
        """Serve, and yield the port.

        Raises:
            ListenError: The address can't be used.
        """
        api = situation_api(room, self._rules, self._settings, self._tokens, self._site, self._assets, self._layers, self._signed_tokens())
        self._streams = api.streams
        pages = None if self._pages is None else ServedPages(self._pages, self._settings, api.parts)
        app = api.app if pages is None else beside(api.app, pages.app)
        with contextlib.closing(api.feeds), contextlib.nullcontext() if pages is None else contextlib.closing(pages):
            async with serving(app, self._settings.listen, self._settings.hosts, _HOSTS_KEY, self._tls) as port:
                try:
                    yield port
                finally:
                    api.streams.close()
                    if pages is not None:
                        pages.end_streams()

    def _signed_tokens(self) -> SignedTokens | None:
        """Return what recognises signed tokens, from now on; None if no program signs them."""
        if self._settings.url is None or not any(one.keys for one in self._organisations.values()):
            return None
        signed = SignedTokens(self._organisations, self._settings.url, clock.now_ms())
        for reason in signed.unusable():
            log.warning("signed tokens of %s", reason)
        return signed

    def samples(self) -> Iterable[Metric]:
        """Yield how many streams are open."""
        streams = 0 if self._streams is None else self._streams.open
        yield gauge("street_situation_streams", "Streams of changes that are open", streams)

    def failing(self) -> list[str]:
        """Return why it can't be served, if it can't."""
        return self._failing
