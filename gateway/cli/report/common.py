"""What the reports of a month share: the month, the panels, the store."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from gateway.analytics.calendar import month_span
from gateway.analytics.panel import LitPanel, panels_of
from gateway.analytics.sun import Interval
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreReader, StoreUnavailable
from gateway.cli.common import fail, in_language, read_centre
from gateway.config.problems import suggest
from gateway.config.site_file import CentreSite
from gateway.host.files import SecretError

_MONTH = re.compile(r"([0-9]{4})-(0[1-9]|1[0-2])")

MONTH = click.option("--month", required=True, help="The month, for example 2026-10.")
PANEL = click.option("--panel", "names", multiple=True, help="Only this panel; may be repeated.")


def span_of(month: str, zone: str) -> Interval:
    """Return a month as it begins and ends in a time zone, or end with exit code 1."""
    match = _MONTH.fullmatch(month)
    if match is None or not 1970 < int(match[1]) <= datetime.now(UTC).year:
        fail(
            in_language(
                f"'{month}' is not a month that has readings; write for example 2026-10",
                f"'{month}' non è un mese con letture; scrivi per esempio 2026-10",
            )
        )
    return month_span(int(match[1]), int(match[2]), ZoneInfo(zone))


def chosen_panels(site: Path, names: Sequence[str]) -> tuple[CentreSite, list[LitPanel]]:
    """Return the centre of a site file and its panels, or those named, or end with exit code 1."""
    centre = read_centre(site)
    known = {one.asset: one for one in panels_of(centre.assets, ZoneInfo(centre.time_zone))}
    if not known:
        fail(
            in_language(
                f"{site} has no lighting panels: add 'lighting:' with their lamps to 'assets:'",
                f"{site} non contiene quadri di illuminazione: aggiungi 'lighting:' con le lampade ad 'assets:'",
            )
        )
    for name in names:
        if name not in known:
            fail(in_language(f"unknown panel '{name}'; ", f"quadro sconosciuto '{name}'; ") + suggest(name, known.keys()))
    return centre, [known[name] for name in names] if names else list(known.values())


@contextmanager
def reading(centre: CentreSite) -> Iterator[StoreReader]:
    """Open the store of a centre for reading; if it does not answer, end with exit code 1."""
    try:
        reader = open_reader(centre.settings.store)
        try:
            yield reader
        finally:
            reader.close()
    except (StoreUnavailable, SecretError) as error:
        fail(in_language(f"can't read the store: {error}", f"impossibile leggere l'archivio: {error}"))
