"""`firmware repo publish`."""

from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, now, sentences
from gateway.cli.common import in_language


@click.command()
@FOLDER
@click.option(
    "--to", type=click.Path(path_type=Path, file_okay=False), help="Also copy what is published to this folder, as that of a web server."
)
def command(folder: Path, to: Path | None) -> None:
    r"""Publish what is signed, and renew snapshot and timestamp.

    What is published is in FOLDER/published: plain files for a web server, the centre, or a stick. Copy timestamp.json last; --to does. The
    timestamp is good for two weeks: run this each day, for example by a timer, so that gateways notice if somebody keeps updates back.

    \b
    firmware repo publish street-firmware
    firmware repo publish street-firmware --to /srv/www/firmware
    """
    from firmware_tools.repository.publishing import copy_published, publish
    from firmware_tools.repository.workbench import Workbench

    with sentences():
        bench = Workbench(folder)
        done = publish(bench, now())
        if to is not None:
            copy_published(bench, to)
    for image in done.images:
        click.echo(f"+ {image}")
    where = to or bench.folder / "published"
    versions = f"root {done.root}, targets {done.targets}, snapshot {done.snapshot}, timestamp {done.timestamp}"
    click.echo(in_language(f"published in {where}: {versions}", f"pubblicato in {where}: {versions}"))
