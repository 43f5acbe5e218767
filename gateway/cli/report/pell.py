"""`gateway report pell`: the quarter hours of a month for ENEA's platform."""

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import click
import msgspec

from gateway.analytics.pell import PellSender, documents_of, xml_of
from gateway.centre.analytics.month_readings import read_pell
from gateway.cli.common import fail, in_language
from gateway.cli.options import JSON, SITE
from gateway.cli.report.common import MONTH, PANEL, chosen_panels, reading, span_of
from gateway.host.files import write_whole


@click.command()
@SITE
@MONTH
@PANEL
@click.option(
    "--folder", required=True, type=click.Path(path_type=Path, file_okay=False, exists=True), help="Existing folder for the documents."
)
@click.option("--format", "form", type=click.Choice(["json", "xml"]), default="json", show_default=True, help="Form of the documents.")
@JSON
def command(site: Path, month: str, names: Sequence[str], folder: Path, form: Literal["json", "xml"], *, as_json: bool) -> None:
    r"""Write the quarter hours of a month of SITE's panels as UrbanDataset CounterReading, the form of ENEA's platform PELL.

    Each panel has a document; in months in which the clock changes two, because a document has one offset from UTC. Needs `energy.town`
    and `energy.producer` of the centre, and `pod` of each panel. Nothing is sent.

    \b
    gateway report pell centre.yaml --month 2026-10 --folder pell
    gateway report pell centre.yaml --month 2026-10 --folder pell --format xml --panel qe-041
    """
    centre, panels = chosen_panels(site, names)
    span, energy = span_of(month, centre.time_zone), centre.settings.energy
    without_pod = [panel.asset for panel in panels if panel.lighting.pod is None]
    if energy.town is None or energy.producer is None or without_pod:
        what = "'centre: energy: town:' and 'producer:'" if not without_pod else f"'pod:' of {', '.join(without_pod[:5])}"
        fail(in_language(f"PELL needs {what}; add them to {site}", f"PELL richiede {what}; aggiungili a {site}"))
    written: list[dict[str, object]] = []
    with reading(centre) as reader:
        for panel in panels:
            quarters = read_pell(reader, panel, span)
            for one in documents_of(panel, quarters, PellSender(energy.producer, energy.town), time.time_ns() // 1_000_000):
                file = folder / f"{panel.asset}-{month}-{one.time_zone.lower()}.{form}"
                _write(file, xml_of(one) if form == "xml" else msgspec.json.format(msgspec.json.encode(one.content)))
                written.append({"panel": panel.asset, "time_zone": one.time_zone, "file": str(file), "lines": one.lines})
    if as_json:
        click.echo(msgspec.json.encode(written))
    else:
        for entry in written:
            click.echo(f"{entry['file']}: {entry['lines']}")
        if not written:
            click.echo(in_language(f"no readings in {month}", f"nessuna lettura in {month}"))


def _write(file: Path, content: bytes) -> None:
    try:
        write_whole(file, content)
    except OSError as error:
        fail(in_language(f"can't write {file}: {error.strerror}", f"impossibile scrivere {file}: {error.strerror}"))
