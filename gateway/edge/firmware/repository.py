"""The repository of signed firmware, as the running gateway reads it: from a folder, a web server, or the centre over the broker."""

import asyncio
import logging
from collections.abc import Awaitable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from firmware_tools.image.release import FirmwareTarget
from firmware_tools.mirror.receiver import MirrorSource
from firmware_tools.repository.errors import RepositoryError
from firmware_tools.repository.opening import TRUSTED, open_repository
from firmware_tools.repository.source import FolderSource, RepositorySource
from firmware_tools.repository.web_source import WebSource
from gateway.edge.services.parts import Present
from gateway.model.site.firmware import RepositorySettings

if TYPE_CHECKING:
    from firmware_tools.repository.client import VerifiedRepository

PARTS = "firmware/parts"
"""Where the state folder keeps images that are not complete."""

_FRESH_S = 600.0
"""How long what was read is good enough to be looked into again."""

log = logging.getLogger(__name__)


class _Opened(NamedTuple):
    settings: RepositorySettings
    repository: "VerifiedRepository"


class EdgeRepository:
    """The repository that the site file names. One file is fetched at a time."""

    def __init__(self, present: Present) -> None:
        self._present = present
        self._turn = asyncio.Lock()
        self._opened: _Opened | None = None
        self._mirror: MirrorSource | None = None
        self._refreshed_s = 0.0
        present().inbox.on_piece = self._receive_piece

    async def refreshed(self, *, fresh_s: float = _FRESH_S) -> "VerifiedRepository":
        """Return the repository, which was read and verified at most `fresh_s` ago.

        Raises:
            RepositoryError: The site names none, or it is refused or not received.
            OSError: What is trusted can't be stored.
        """
        async with self._turn:
            return await self._refreshed(fresh_s)

    async def image(self, name: str, sha256: str) -> tuple[FirmwareTarget, Path]:
        """Return a firmware and the file of its image, which is fetched unless it is there.

        Raises:
            RepositoryError: The repository has no such firmware, or it is refused or not received.
            OSError: It can't be stored.
        """
        async with self._turn:
            target = (await self._refreshed(_FRESH_S)).firmware().get(name)
            if target is None or target.sha256 != sha256:
                target = (await self._refreshed(0.0)).firmware().get(name)
            if target is None or target.sha256 != sha256:
                raise RepositoryError(
                    f"the repository has no firmware {name} with the SHA-256 {sha256[:16]}…: it was withdrawn, or is not published yet",
                    f"il repository non ha un firmware {name} con SHA-256 {sha256[:16]}…: è stato ritirato, o non è ancora pubblicato",
                )
            return target, await (await self._refreshed(_FRESH_S)).image(name)

    async def archive(self, name: str) -> Path:
        """Return the file of a release of the gateway, which is fetched unless it is there.

        Raises:
            RepositoryError: The repository has no such release, or it is refused or not received.
            OSError: It can't be stored.
        """
        async with self._turn:
            return await (await self._refreshed(_FRESH_S)).image(name)

    async def _refreshed(self, fresh_s: float) -> "VerifiedRepository":
        opened = self._open()
        now_s = asyncio.get_running_loop().time()
        if not self._refreshed_s or now_s - self._refreshed_s >= fresh_s:
            await opened.refresh()
            self._refreshed_s = now_s
        return opened

    def _open(self) -> "VerifiedRepository":
        """Return the repository of the present settings."""
        parts = self._present()
        settings = parts.site.firmware.repository
        if settings is None:
            raise RepositoryError(
                "the site file names no repository of firmware: add 'firmware: {repository: {root: …}}'",
                "il file del sito non indica un repository di firmware: aggiungi 'firmware: {repository: {root: …}}'",
            )
        if self._opened is None or self._opened.settings != settings:
            self._refreshed_s = 0.0
            state = parts.site.state
            made = open_repository(self._source(settings, state), state / TRUSTED, Path(settings.root), self._now_ms)
            self._opened = _Opened(settings, made)
        return self._opened.repository

    def _now_ms(self) -> int | None:
        return self._present().clock.trusted_ms()

    def _source(self, settings: RepositorySettings, state: Path) -> RepositorySource:
        self._mirror = None
        if settings.source == "mqtt":
            self._mirror = MirrorSource(state / PARTS, self._ask, settings.rate)
            return self._mirror
        if settings.source.startswith("https://"):
            return WebSource(settings.source)
        return FolderSource(Path(settings.source))

    def _ask(self, payload: bytes) -> Awaitable[object]:
        parts = self._present()
        return parts.uplink.mqtt.publish(parts.site.id.topic("fetch"), payload)

    def _receive_piece(self, payload: bytes) -> None:
        if self._mirror is not None:
            self._mirror.receive(payload)
