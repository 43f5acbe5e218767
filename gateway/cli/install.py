"""`gateway install`: user, folders and services on this machine."""

from collections.abc import Sequence
from pathlib import Path

import click

from gateway.cli.common import fail
from gateway.cli.options import DRY_RUN, ROOT
from gateway.installation.shipped import CENTRE, EDGE, ROLES

_NEXT = {
    "edge": "next: write /etc/street-gateway/site.yaml, check it with 'gateway check', then: systemctl enable --now {units}",
    "central": "next: write /etc/street-gateway/centre.yaml, check it with 'gateway check', then: systemctl enable --now {units}",
}


@click.command()
@click.argument("part", type=click.Choice(list(_NEXT)))
@click.option(
    "--role",
    "roles",
    type=click.Choice(list(ROLES)),
    multiple=True,
    help="Part of a centre that has a process for each; may be repeated. Default: ingest and city plane in one process, and the page.",
)
@DRY_RUN
@ROOT
def command(part: str, *, roles: Sequence[str], dry_run: bool, root: Path) -> None:
    r"""Put the services of a gateway (edge) or of a centre (central) in place, and say what is done.

    It creates the user street-gateway, /etc/street-gateway and the folders for readings, and installs systemd units that run this program.
    It starts nothing. Running it again, for example after an upgrade, changes only what differs; files that somebody has edited are kept
    beside the new ones, as *.old.

    \b
    gateway install edge --dry-run
    sudo gateway install edge
    sudo gateway install central
    sudo gateway install central --role ingest --role city
    """
    from gateway.installation.installer import install, program_below
    from gateway.installation.machine import InstallError, Machine
    from gateway.installation.shipped import units_in

    if part == "edge" and roles:
        fail("a gateway has no roles: leave out --role")
    files = EDGE if part == "edge" else tuple(file for role in roles for file in ROLES[role]) or CENTRE
    machine = Machine(root, dry_run=dry_run)
    try:
        for step in install(machine, files, program_below(machine)):
            click.echo(step.said(dry_run=dry_run))
    except InstallError as error:
        fail(str(error))
    units = " ".join(unit.replace("@.service", "@worker-1").removesuffix(".service") for unit in units_in(files))
    click.echo(_NEXT[part].format(units=units))
