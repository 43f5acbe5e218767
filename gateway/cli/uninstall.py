"""`gateway uninstall`: stop and remove what `gateway install` put in place."""

from pathlib import Path

import click

from gateway.cli.common import fail
from gateway.cli.options import DRY_RUN, ROOT


@click.command()
@DRY_RUN
@ROOT
def command(*, dry_run: bool, root: Path) -> None:
    r"""Stop the services and remove what 'gateway install' put in place, and say what is done.

    Site files, passwords, journals, dead letters and the user street-gateway stay. So does the program itself.

    \b
    gateway uninstall --dry-run
    sudo gateway uninstall
    """
    from gateway.installation.installer import uninstall
    from gateway.installation.machine import InstallError, Machine

    try:
        for step in uninstall(Machine(root, dry_run=dry_run)):
            click.echo(step.said(dry_run=dry_run))
    except InstallError as error:
        fail(str(error))
