"""`gateway install`: user, folders and services on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gateway.cli.common import fail
from gateway.cli.options import DRY_RUN, ROOT
from gateway.installation.shipped import CENTRE, EDGE, ROLES, ShippedFile, services_in, started_as

if TYPE_CHECKING:
    from gateway.installation.machine import Machine


@click.command()
@click.argument("part", type=click.Choice(["edge", "central"]))
@click.option(
    "--role",
    "roles",
    type=click.Choice(list(ROLES)),
    multiple=True,
    help="Part of a centre that has a process for each, or trust, which renews certificates; may be repeated. Default: ingest and city "
    "plane in one process, and the page.",
)
@DRY_RUN
@ROOT
def command(part: str, *, roles: Sequence[str], dry_run: bool, root: Path) -> None:
    r"""Put the services of a gateway (edge) or of a centre (central) in place, and say what is done.

    It creates the user street-gateway, /etc/street-gateway and the folders for readings, and installs systemd units that run this program.
    A gateway also gets names that stay for its serial ports, below /dev/street, a timer for backups, and the enrolment at the first boot;
    trust gets a user of its own. It starts nothing. Running it again, for example after an upgrade, changes only what differs; files that
    somebody has edited are kept beside the new ones, as *.old.

    \b
    gateway install edge --dry-run
    sudo gateway install edge
    sudo gateway install central
    sudo gateway install central --role ingest --role city
    sudo gateway install central --role trust
    """
    from gateway.installation.installer import install, program_below
    from gateway.installation.machine import InstallError, Machine

    if part == "edge" and roles:
        fail("a gateway has no roles: leave out --role")
    files = EDGE if part == "edge" else tuple(file for role in roles for file in ROLES[role]) or CENTRE
    machine = Machine(root, dry_run=dry_run)
    try:
        for step in install(machine, files, program_below(machine)):
            click.echo(step.said(dry_run=dry_run))
    except InstallError as error:
        fail(str(error))
    click.echo(_next(machine, files))


def _next(machine: "Machine", files: Sequence[ShippedFile]) -> str:
    """Return what to do next: at the first time and after an upgrade."""
    names, settings = zip(*map(started_as, services_in(files)), strict=True)
    units, named = " ".join(names), " and ".join(dict.fromkeys(settings))
    if all(map(machine.has, settings)):
        return f"next: check {named} with 'gateway check', then: systemctl enable {units} && systemctl restart {units}"
    return f"next: write {named}, check with 'gateway check', then: systemctl enable --now {units}"
