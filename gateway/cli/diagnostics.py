"""`gateway diagnostics`: one file with what somebody who helps from afar needs to know."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language, read_edge
from gateway.cli.local import asking
from gateway.cli.options import SITE
from gateway.host.files import write_whole


@click.command()
@SITE
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="The file to write; by default, the gateway's name and the day."
)
def command(site: Path, *, out: Path | None) -> None:
    r"""Write one file (tar.gz) about SITE's running gateway: site, state, health, lines, metrics, log, doctor, journal.

    Secrets are in it only as the paths of their files.

    \b
    gateway diagnostics site.yaml
    gateway diagnostics site.yaml --out /media/usb/gw-0042.tar.gz
    """
    edge = read_edge(site)
    with asking(edge, site) as local:
        found = local.download("/api/diagnostics")
        target = out or Path(Path(found.file_name or f"{edge.id.gateway}.tar.gz").name)
        _write(target, found.content)


def _write(target: Path, content: bytes) -> None:
    try:
        write_whole(target.absolute(), content)
    except OSError as error:
        fail(in_language(f"{target} can't be written: {error.strerror}", f"{target} non può essere scritto: {error.strerror}"))
    click.echo(target)
