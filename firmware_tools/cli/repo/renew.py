"""`firmware repo renew`."""

from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, now, sentences
from gateway.cli.common import in_language


@click.command()
@FOLDER
@click.argument("roles", nargs=-1, type=click.Choice(["root", "targets"]), required=True)
def command(folder: Path, roles: tuple[str, ...]) -> None:
    r"""Renew root or targets as they are, before they expire: root is good for two years, targets for one.

    'firmware repo publish' renews snapshot and timestamp by itself.

    \b
    firmware repo renew street-firmware root targets
    firmware repo sign street-firmware --keys /media/stick/keys
    firmware repo publish street-firmware
    """
    from firmware_tools.repository.changes import renew
    from firmware_tools.repository.workbench import Workbench

    with sentences():
        renew(Workbench(folder), roles, now())
    click.echo(
        in_language(
            f"staged; now sign it: firmware repo sign {folder} --keys …", f"preparato; ora firmalo: firmware repo sign {folder} --keys …"
        )
    )
