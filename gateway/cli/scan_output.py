"""Prints what a scan reports: sentences in the terminal's language, or JSON."""

import sys

import click
import msgspec

from gateway.cli.common import in_language
from gateway.provision.findings import Candidate, Found, Sentence
from gateway.provision.scan.events import ScanEnd, ScanEvent, ScanProgress


class ScanPrinter:
    """Prints events of a scan, and on a terminal how far it has come."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json
        self._shows_progress = sys.stderr.isatty()
        self._devices = 0

    def listening(self) -> None:
        """Show that the line is listened to."""
        if self._shows_progress:
            click.echo(in_language("listening …", "in ascolto …"), err=True, nl=False)

    def show(self, event: ScanEvent) -> None:
        """Print an event."""
        if event.progress is not None:
            self._progress(event.progress)
            return
        self.clear()
        if event.skipped is not None:
            why = in_language("not supported by this port, skipped", "non supportato da questa porta, saltato")
            click.echo(f"{event.skipped}: {why}", err=True)
        elif self._json:
            click.echo(msgspec.json.encode(event))
        elif event.found is not None:
            self._devices += 1
            _print_found(event.found)
        elif event.end is not None:
            _print_end(event.end)

    def clear(self) -> None:
        """Remove the progress from the terminal."""
        if self._shows_progress:
            click.echo("\r\x1b[K", err=True, nl=False)

    def _progress(self, progress: ScanProgress) -> None:
        if not self._shows_progress:
            return
        at = "" if progress.unit is None else f"{in_language('unit', 'unità')} {progress.unit}"
        found, left = in_language("found", "trovati"), in_language("left", "rimanenti")
        click.echo(f"\r\x1b[K{progress.settings or ''} {at}  {self._devices} {found}, {_time(progress.left_s)} {left}", err=True, nl=False)


def _print_end(end: ScanEnd) -> None:
    if end.stopped or end.problem is not None:
        return
    for one in end.missing:
        click.secho(_say(one.sentence), fg="yellow")
    if end.obstacle is not None:
        click.secho(_say(end.obstacle.sentence), fg="red")
    click.echo(_counted(end.devices))


def _print_found(found: Found) -> None:
    at = "  ".join(
        part for part in (found.settings, f"{in_language('unit', 'unità')} {found.unit}" if found.unit is not None else "") if part
    )
    first = found.identification.candidates[:1]
    if found.garbled:
        product = in_language(
            "responds, but can't be read: two devices with this address, or a bad line",
            "risponde in modo illeggibile: due dispositivi con lo stesso indirizzo, o linea disturbata",
        )
    elif not first:
        product = in_language("a product without a profile", "prodotto senza profilo") + _objects(found)
    elif found.identification.apart:
        product = in_language("one of several products:", "uno tra più prodotti:")
    else:
        product = _product(first[0])
    click.secho(f"{at}  {product}", fg="red" if found.garbled else None, bold=True)
    if len(found.identification.candidates) > 1 and found.identification.apart:
        for one in found.identification.candidates:
            click.echo(f"    {_product(one)}")
        for text in found.identification.apart:
            click.secho(f"    {in_language('to tell them apart', 'per distinguerli')}: {_say(text)}", fg="yellow")
    for note in found.notes:
        click.secho(f"    {_say(note)}", fg="cyan")


def _product(candidate: Candidate) -> str:
    why = "; ".join(_say(one) for one in candidate.reasons)
    if candidate.doubts:
        why += in_language(" — but ", " — ma ") + "; ".join(_say(one) for one in candidate.doubts)
    number = f", {in_language('serial number', 'numero di serie')} {candidate.serial_number}" if candidate.serial_number else ""
    return f"{candidate.vendor} {candidate.model} ({candidate.profile}){number}: {why}"


def _objects(found: Found) -> str:
    texts = ", ".join(f"{name} {text}" for name, text in found.identification.objects.items())
    return f" ({texts})" if texts else ""


def _say(sentence: Sentence) -> str:
    return in_language(sentence.en, sentence.it)


def _counted(number: int) -> str:
    if number == 1:
        return in_language("1 device found", "1 dispositivo trovato")
    return in_language(f"{number} devices found", f"{number} dispositivi trovati")


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
