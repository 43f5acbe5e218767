"""`gateway situation export`: situations in a format of others."""

from pathlib import Path

import click

from gateway.centre.situation.service import SituationService
from gateway.cli.common import fail, in_language, read_centre
from gateway.cli.options import SITE
from gateway.cli.situation.common import opened
from gateway.config.problems import suggest
from gateway.host import clock
from gateway.host.files import write_whole
from gateway.situation.formats.datex.italian import DATEX_ITALIAN, changed_since
from gateway.situation.formats.exporting import FORMATS, exported, exported_situation, lost_fields, still_of_interest
from gateway.situation.formats.port import ExchangeFormat, Export, ExportedFile, ExportedSituation, ExportRequest


@click.command()
@SITE
@click.option("--format", "format_name", required=True, type=click.Choice(sorted(FORMATS)), help="The format.")
@click.option("--as", "organisation", help="Export what this organisation may see; by default, what is public.")
@click.option("--id", "situation", metavar="SITUATION", help="Only this situation, however long it has been over.")
@click.option(
    "--since",
    metavar="NUMBER",
    type=click.IntRange(0),
    help="For datex-it: only what has changed after this situationRecordReferenceSequence, however long it has been over.",
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file; formats of several files, into this folder.")
def command(site: Path, format_name: str, organisation: str | None, situation: str | None, since: int | None, output: Path | None) -> None:
    r"""Export situations in a format of others. What has been over for a week is left out.

    What has no place in the format is named on standard error: situations that are left out, each with the reason, and fields that are
    lost. docs/situation-formats.md describes the formats, and what they keep in part.

    \b
    gateway situation export centre.yaml --format geojson --output situations.geojson
    gateway situation export centre.yaml --format icalendar --as citelum --output citelum.ics
    gateway situation export centre.yaml --format cap --id piena-1
    gateway situation export centre.yaml --format datex-it --output /var/www/datex
    """
    exchange_format = FORMATS[format_name]
    if since is not None and exchange_format is not DATEX_ITALIAN:
        raise click.UsageError("--since needs --format datex-it: other formats have no such number")
    with opened(site) as service:
        parties = service.rules.parties
        if organisation is not None and parties.get(organisation) is None:
            fail(f"unknown organisation '{organisation}'; {suggest(organisation, parties.organisations)}")
        situations = _situations(service, organisation, situation)
        if since is not None:
            situations = [one for one in situations if changed_since(one, since)]
        elif situation is None:
            situations = [one for one in situations if still_of_interest(one, clock.now_ms())]
        titles = {name: one.title for name, one in parties.organisations.items()}
        request = ExportRequest(situations, read_centre(site).site, titles, service.rules.times.zone, clock.now_ms())
    export = exported(exchange_format, request)
    if output is None:
        _print(export.files, exchange_format)
    else:
        _write(export.files, output, exchange_format, mode=0o644 if organisation is None else 0o600)
    _name_losses(export, exchange_format, situations)


def _situations(service: SituationService, organisation: str | None, situation: str | None) -> list[ExportedSituation]:
    names = [one.id for one in service.visible(organisation)] if situation is None else [service.seen(situation, organisation).id]
    found = (_situation(service, name, organisation) for name in names)
    return [one for one in found if one is not None]


def _situation(service: SituationService, name: str, organisation: str | None) -> ExportedSituation | None:
    history = [(entry.number, entry.recorded.situation) for entry in service.history(name)]
    return exported_situation(history, organisation, service.rules.parties)


def _print(files: list[ExportedFile], exchange_format: ExchangeFormat) -> None:
    if len(files) > 1:
        fail(
            in_language(
                f"{exchange_format.title} is several files: say with --output into which folder, or with --id which situation",
                f"{exchange_format.title} comporta più file: indicare con --output la cartella, o con --id la situazione",
            )
        )
    for file in files:
        click.echo(file.content, nl=False)


def _write(files: list[ExportedFile], output: Path, exchange_format: ExchangeFormat, mode: int) -> None:
    try:
        if exchange_format.several:
            output.mkdir(exist_ok=True)
        for file in files:
            write_whole(output / file.name if exchange_format.several else output, file.content, mode=mode)
    except OSError as error:
        fail(f"can't write {output}: {error}")


def _name_losses(export: Export, exchange_format: ExchangeFormat, situations: list[ExportedSituation]) -> None:
    for one in export.left_out:
        click.echo(f"{one.situation}: {in_language('left out', 'escluso')}: {in_language(*one.reason)}", err=True)
    left_out = {one.situation for one in export.left_out}
    lost = lost_fields(exchange_format, [one for one in situations if one.seen.id not in left_out])
    if lost:
        fields = ", ".join(f"{field} ({count})" for field, count in sorted(lost.items()))
        words = in_language(f"not in {exchange_format.title}", f"non in {exchange_format.title}")
        click.echo(f"{words}: {fields}", err=True)
