"""`gateway lighting import`: programs and calendars of TALQ 2.7.1 for a site file."""

import sys
from pathlib import Path

import click
import yaml

from gateway.cli.common import fail, in_language
from gateway.control.exchange.importing import MOST_BYTES, TalqInvalid, imported


@click.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, allow_dash=True))
def command(file: Path) -> None:
    r"""Print the programs and calendars of FILE, JSON of TALQ 2.7.1, as the part `lighting` of a site file; `-` reads standard input.

    FILE is `{"programs": […], "calendars": […]}`, or a list of either, as TALQ's interface sends it. What can't be done as it asks is an
    error, and then nothing is printed.

    \b
    gateway lighting import programs.json >> site.yaml
    """
    try:
        content = sys.stdin.buffer.read(MOST_BYTES + 1) if str(file) == "-" else _read(file)
    except OSError as error:
        fail(in_language(f"can't read {file}: {error.strerror}", f"impossibile leggere {file}: {error.strerror}"))
    try:
        found = imported(content)
    except TalqInvalid as invalid:
        for problem in invalid.problems:
            click.echo(f"{file}: {problem}", err=True)
        sys.exit(1)
    parts = {key: part for key, part in found._asdict().items() if part}
    click.echo(yaml.safe_dump({"lighting": parts}, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120), nl=False)


def _read(file: Path) -> bytes:
    with file.open("rb") as opened:
        return opened.read(MOST_BYTES + 1)
