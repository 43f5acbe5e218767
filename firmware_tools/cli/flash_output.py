"""Prints how an update gets on: on a terminal a line that changes, else a line for each phase, or JSON."""

import sys
import time

import click
import msgspec

from firmware_tools.flash.preparation.plan import FlashPlan
from firmware_tools.flash.progress import FlashResult, UpdateView
from firmware_tools.flash.record import UpdatePhase
from gateway.cli.common import columns, in_language

_PHASES: dict[UpdatePhase, tuple[str, str]] = {
    "checking": ("checking the device", "verifica del dispositivo"),
    "entering": ("starting the bootloader", "avvio del bootloader"),
    "sending": ("sending", "invio"),
    "finishing": ("the device verifies what it received", "il dispositivo verifica quanto ricevuto"),
    "reading_back": ("reading the version back", "lettura della nuova versione"),
    "succeeded": ("done", "fatto"),
    "failed": ("failed", "non riuscito"),
}

RESULTS: dict[FlashResult, tuple[str, str]] = {
    "succeeded": ("done", "fatto"),
    "unchanged": ("not necessary", "non necessario"),
    "refused": ("refused", "rifiutato"),
    "failed": ("failed", "non riuscito"),
    "interrupted": ("interrupted", "interrotto"),
    "paused": ("stopped", "fermato"),
}
"""How attempts end, in English and Italian."""

_SAY_EVERY_S = 1.0
"""How often the JSON output says how far a transfer is."""


class FlashPrinter:
    """Prints what an update reports."""

    def __init__(self, *, as_json: bool) -> None:
        self._json, self._on_terminal = as_json, sys.stderr.isatty() and not as_json
        self._phase, self._said_s = "", 0.0

    def show(self, view: UpdateView) -> None:
        """Print how far an update is."""
        new = view.phase != self._phase or view.result is not None
        self._phase = view.phase
        if self._json:
            if new or time.monotonic() - self._said_s >= _SAY_EVERY_S:
                self._said_s = time.monotonic()
                click.echo(msgspec.json.encode(view))
        elif self._on_terminal:
            click.echo(f"\r\x1b[K{said_view(view)}", err=True, nl=False)
        elif new and view.result is None:
            click.echo(said_view(view), err=True)

    def clear(self) -> None:
        """Remove the progress from the terminal."""
        if self._on_terminal:
            click.echo("\r\x1b[K", err=True, nl=False)


def said_view(view: UpdateView) -> str:
    """Return a line such as: `relay-1: sending 43 %, 312 B/s, 2 min left`."""
    parts = [in_language(*_PHASES[view.phase])]
    if view.phase == "sending":
        parts[0] += f" {view.percent:.0f} %"
        if view.bytes_per_s is not None:
            parts.append(f"{view.bytes_per_s:.0f} B/s")
        if view.left_s is not None:
            parts.append(f"{in_language('left', 'mancano')} {_duration(view.left_s)}")
    if view.reason is not None:
        parts.append(in_language(view.reason.en, view.reason.it))
    if view.stuck:
        parts.append(in_language("it is in its bootloader: send it another image", "è nel suo bootloader: invia un'altra immagine"))
    return f"{view.device}: {', '.join(parts)}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def said_end(view: UpdateView) -> str:
    """Return the sentence about an update that has succeeded, or was not necessary."""
    version = view.read_back or view.to_version or "?"
    if view.result == "unchanged":
        return in_language(
            f"{view.device} has version {version} already; --reinstall installs it again",
            f"{view.device} ha già la versione {version}; con --reinstall la installa di nuovo",
        )
    before = view.from_version or in_language("unknown", "sconosciuta")
    return in_language(
        f"{view.device} now runs version {version} (before: {before})", f"{view.device} ora ha la versione {version} (prima: {before})"
    )


def print_plan(plan: FlashPlan, *, as_json: bool) -> None:
    """Print what an update would do."""
    if as_json:
        click.echo(msgspec.json.encode(plan))
        return
    unknown = in_language("unknown", "sconosciuta")
    what = " ".join(word for word in (plan.model, plan.hardware) if word) or in_language("unknown model", "modello sconosciuto")
    if plan.in_bootloader:
        what += in_language(", in its bootloader", ", nel suo bootloader")
    rows = [
        (in_language("device", "dispositivo"), f"{plan.device} ({plan.line}): {what}"),
        (in_language("version", "versione"), f"{plan.from_version or unknown} -> {plan.to_version or unknown}"),
        (in_language("image", "immagine"), f"{plan.size_bytes} B, sha256 {plan.image}"),
        (in_language("takes about", "durata circa"), _duration(plan.about_s)),
    ]
    if plan.resumes_at_percent:
        rows.append((in_language("goes on at", "riprende da"), f"{plan.resumes_at_percent:.0f} %"))
    if plan.settings_lost:
        lost = in_language("the device forgets them: address, speed, limits", "il dispositivo le dimentica: indirizzo, velocità, limiti")
        rows.append((in_language("settings", "impostazioni"), lost))
    if note := in_language(plan.note, plan.note_it or plan.note):
        rows.append((in_language("changes", "novità"), note))
    for line in columns(rows):
        click.echo(line)
    if plan.obstacle is not None:
        click.secho(in_language(plan.obstacle, plan.obstacle_it or plan.obstacle), fg="red", err=True)
