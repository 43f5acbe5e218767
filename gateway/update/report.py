"""What a running gateway says about itself, and whether that proves a new version. Pure."""

from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec


class _Identity(msgspec.Struct):
    version: str


class _Device(msgspec.Struct):
    profile: str
    state: str
    last_ms: int | None


class _Line(msgspec.Struct):
    id: str
    devices: list[_Device]


class RunningGateway(msgspec.Struct):
    """The part of a gateway's state (`/api/state`) that an update looks at; all versions have it."""

    identity: _Identity
    up_s: int
    now_ms: int
    clock: Literal["synced", "holdover", "unsynced"]
    readings: int
    lines: list[_Line]

    @property
    def trusted_ms(self) -> int | None:
        """Its time in milliseconds since 1970, if it trusts that."""
        return None if self.clock == "unsynced" else self.now_ms

    @property
    def answering(self) -> list[tuple[str, str]]:
        """The lines and profiles of which a device answers."""
        found = {
            (line.id, one.profile) for line in self.lines for one in line.devices if one.state == "answers" and one.last_ms is not None
        }
        return sorted(found)


class Proof(NamedTuple):
    """Whether a new version is proved, and what is missing."""

    is_proved: bool
    en: str
    it: str


def prove(now: RunningGateway | None, version: str, answering: Iterable[tuple[str, str]], hold_s: float) -> Proof:
    """Judge the state of a gateway that should run a version.

    Args:
        now: Its state; None if it does not answer.
        version: The version that should run.
        answering: The lines and profiles whose devices answered before.
        hold_s: How long it must have been running, so that one that ends again and again proves nothing.
    """
    if now is None:
        return Proof(is_proved=False, en="the gateway does not answer", it="il gateway non risponde")
    if now.identity.version != version:
        running = now.identity.version
        return Proof(
            is_proved=False, en=f"version {running} runs, not {version}", it=f"è in esecuzione la versione {running}, non la {version}"
        )
    silent = sorted(set(answering) - set(now.answering))
    if silent:
        names = ", ".join(f"{profile} ({line})" for line, profile in silent)
        return Proof(
            is_proved=False, en=f"no readings of {names}, which answered before", it=f"nessuna lettura di {names}, che prima rispondevano"
        )
    if now.up_s < hold_s:
        return Proof(
            is_proved=False, en=f"it has been running for {now.up_s} of {hold_s:g} s", it=f"è in esecuzione da {now.up_s} s su {hold_s:g}"
        )
    return Proof(is_proved=True, en="readings continue", it="le letture continuano")
