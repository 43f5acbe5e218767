"""`gateway lighting export`: programs and calendars as TALQ 2.7.1."""

from datetime import UTC, datetime
from pathlib import Path

import click
import msgspec

from gateway.cli.lighting.common import read_lighting, rules_in
from gateway.cli.options import SITE
from gateway.control.exchange.exporting import exported


@click.command()
@SITE
@click.option(
    "--years",
    type=click.IntRange(1, 30),
    default=10,
    show_default=True,
    help="For how many years, this one included, Easter and its Monday are written: TALQ has no movable days.",
)
def command(site: Path, years: int) -> None:
    r"""Print the programs and calendars of SITE as JSON of TALQ 2.7.1, for other management systems.

    \b
    gateway lighting export site.yaml > programs.json
    gateway lighting export site.yaml --years 20 > programs.json
    """
    loaded, lighting = read_lighting(site)
    this_year = datetime.now(UTC).year
    document = exported(rules_in(loaded, lighting), loaded.operator or loaded.site, range(this_year, this_year + years))
    click.echo(msgspec.json.format(msgspec.json.encode(document)))
