"""Which release of the gateway is for this machine. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from firmware_tools.image.release import GatewayTarget, newest, version_order
from gateway.update.errors import UpdateError


class PresentProgram(NamedTuple):
    """The program that runs: its version, and what its wheels must fit."""

    version: str
    python: str
    machine: str


def choose_release(releases: Iterable[GatewayTarget], present: PresentProgram, version: str | None = None) -> GatewayTarget | None:
    """Return the newest release that is newer than the present program, or that of a version; None if there is nothing newer.

    Raises:
        UpdateError: There is no release of that version for this machine, or this one is too old for it.
    """
    own = [one for one in releases if one.release.python == present.python and one.release.machine in {"any", present.machine}]
    if version is not None:
        wanted = [one for one in own if one.release.version == version]
        if not wanted:
            known = ", ".join(sorted({one.release.version for one in own}, key=version_order)) or "-"
            where = f"{present.machine}, Python {present.python}"
            raise UpdateError(
                f"the repository has no version {version} for {where}; it has: {known}",
                f"il repository non ha la versione {version} per {where}; ha: {known}",
            )
        _require_new_enough(wanted[0], present)
        return wanted[0]
    reachable = [one for one in own if version_order(one.release.version) > version_order(present.version) and _is_new_enough(one, present)]
    return newest(reachable)


def _is_new_enough(target: GatewayTarget, present: PresentProgram) -> bool:
    least = target.release.least_version
    return least is None or version_order(present.version) >= version_order(least)


def _require_new_enough(target: GatewayTarget, present: PresentProgram) -> None:
    if not _is_new_enough(target, present):
        least = target.release.least_version
        raise UpdateError(
            f"version {target.release.version} needs at least version {least}, and {present.version} runs: update to {least} first",
            f"la versione {target.release.version} richiede almeno la {least}, ed è in uso la {present.version}: prima installa quella",
        )
