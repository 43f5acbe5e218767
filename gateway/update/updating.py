"""An update as a person or a timer orders it: find a release, install it beside the present one, begin its trial."""

import asyncio
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from firmware_tools.image.release import GatewayTarget
from firmware_tools.repository.opening import open_repository
from firmware_tools.repository.source import FolderSource, RepositorySource, VerifiedCopies
from firmware_tools.repository.web_source import WebSource
from gateway import __version__
from gateway.config.site_file import EdgeSite
from gateway.host import clock
from gateway.host.files import locked
from gateway.model.site.firmware import NightlyUpdateSettings
from gateway.update import service
from gateway.update.choice import PresentProgram, choose_release
from gateway.update.errors import UpdateError
from gateway.update.layout import UpdateLayout
from gateway.update.slot import check_site, make_slot, remove_slots
from gateway.update.trial import SlotTrial, read_trial, write_trial

if TYPE_CHECKING:
    from firmware_tools.repository.client import VerifiedRepository

TRUSTED_BY_GATEWAY = "firmware/trusted"
"""Where in its state folder the gateway keeps what it has verified (`gateway.edge.firmware.repository`)."""


class FoundRelease(NamedTuple):
    """What there is to update to."""

    present: PresentProgram
    target: GatewayTarget | None
    repository: "VerifiedRepository"


def present_program() -> PresentProgram:
    """Return the program that this process is."""
    return PresentProgram(__version__, f"{sys.version_info.major}.{sys.version_info.minor}", platform.machine())


def find_release(
    site: EdgeSite,
    layout: UpdateLayout,
    control_socket: Path,
    *,
    where: str | None,
    version: str | None,
    trust_clock: bool,
    connected: bool = True,
) -> FoundRelease:
    """Read the repository and return the release to update to.

    Args:
        site: The gateway, whose site file names the repository.
        layout: Where the program is.
        control_socket: The socket of the gateway.
        where: Another place of the same repository, a folder or an address.
        version: The version that is wanted; None for the newest.
        trust_clock: Whether a person says that the machine's clock is right.
        connected: Whether this process may use the network; else it reads what the gateway has fetched from a web server.

    Raises:
        UpdateError: The site names no repository, or there is no such release.
        RepositoryError: It is refused, or not received.
        OSError: What is trusted can't be stored.
    """
    settings = site.firmware.repository
    if settings is None:
        raise UpdateError(
            "the site file names no repository: add 'firmware: {repository: {root: …}}'",
            "il file del sito non indica un repository: aggiungi 'firmware: {repository: {root: …}}'",
        )

    def trusted_ms() -> int | None:
        if trust_clock or clock.is_synchronised():
            return clock.now_ms()
        running = service.ask_state(control_socket)
        return None if running is None else running.trusted_ms

    source = _source(where or settings.source, site.state, connected=connected)
    repository = open_repository(source, layout.state / "trusted", Path(settings.root), trusted_ms)
    asyncio.run(repository.refresh())
    present = present_program()
    return FoundRelease(present, choose_release(repository.gateways().values(), present, version), repository)


def _source(where: str, state: Path, *, connected: bool) -> RepositorySource:
    web = where.startswith(("https://", "http://"))
    if where == "mqtt" or (web and not connected):
        return VerifiedCopies(state / TRUSTED_BY_GATEWAY)
    if web:
        return WebSource(where)
    return FolderSource(Path(where))


def install_beside(site: EdgeSite, layout: UpdateLayout, found: FoundRelease, say: Callable[[str, str], None]) -> str:
    """Install a release into a slot of its own, check the site file with it, and return the name of the slot.

    Raises:
        UpdateError: It can't be installed, or refuses the site file.
        RepositoryError: Its archive is refused, or not received.
        OSError: The disk can't be written.
    """
    target = found.target
    if target is None:
        raise UpdateError("there is nothing newer", "non c'è nulla di più recente")
    say(f"fetching {target.path} ({target.size_bytes >> 20} MiB)", f"ricezione di {target.path} ({target.size_bytes >> 20} MiB)")
    archive = asyncio.run(found.repository.image(target.path))
    name = f"{target.release.version}-{target.sha256[:8]}"
    with locked(layout.state):
        current = layout.adopt()
        remove_slots(layout, [current, layout.proven() or current, name])
        say(f"installing into {layout.slot(name)}", f"installazione in {layout.slot(name)}")
        version = make_slot(layout, archive, name)
        if version != target.release.version:
            raise UpdateError(
                f"the archive has version {version}, and is signed as {target.release.version}",
                f"l'archivio contiene la versione {version}, ma è firmato come {target.release.version}",
            )
        check_site(layout, name, site.file)
    found.repository.forget_images(but=set())
    return name


def begin_trial(layout: UpdateLayout, control_socket: Path, name: str, version: str, archive_sha256: str | None) -> SlotTrial:
    """Begin the trial of a slot; `finishing.finish` does the rest.

    Raises:
        UpdateError: Another trial is under way, or no gateway runs that could prove it.
        OSError: The disk can't be written.
    """
    running = service.ask_state(control_socket)
    if running is None:
        raise UpdateError(
            "the gateway does not run: start it first, as an update is proved by one that runs",
            "il gateway non è in esecuzione: prima avvialo, perché la prova di un aggiornamento è un gateway che funziona",
        )
    with locked(layout.state):
        earlier = read_trial(layout.state)
        if earlier is not None and earlier.is_pending:
            raise UpdateError("another update is under way: wait for it", "è in corso un altro aggiornamento: attendi che finisca")
        old = layout.current()
        layout.set_proven(old)
        trial = SlotTrial("trial", old, name, running.identity.version, version, archive_sha256, running.answering, int(time.time() * 1000))
        return write_trial(layout.state, trial)


def may_update_now(settings: NightlyUpdateSettings | None, minute: int) -> bool:
    """Return whether the gateway may begin an update by itself at a minute after midnight; the time may pass midnight."""
    if settings is None:
        return False
    if settings.begin <= settings.end:
        return settings.begin <= minute < settings.end
    return minute >= settings.begin or minute < settings.end
