"""`firmware repo withdraw`."""

from pathlib import Path

import click

from firmware_tools.cli.repo.common import FOLDER, now, sentences
from gateway.cli.common import in_language


@click.command()
@FOLDER
@click.argument("name")
def command(folder: Path, name: str) -> None:
    r"""Remove the image NAME from what is signed. When that is signed and published, no gateway installs it any more.

    \b
    firmware repo withdraw street-firmware wiren-board/wbmr6c/1.26.0/mr6c_1.26.0.wbfw
    """
    from firmware_tools.repository.changes import withdraw
    from firmware_tools.repository.workbench import Workbench

    with sentences():
        withdraw(Workbench(folder), name, now())
    click.echo(
        in_language(
            f"staged; now sign it: firmware repo sign {folder} --keys …", f"preparato; ora firmalo: firmware repo sign {folder} --keys …"
        )
    )
