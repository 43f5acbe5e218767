"""`gateway restart`: restart a running gateway."""

from pathlib import Path

import click

from gateway.cli.common import in_language, read_edge
from gateway.cli.local import asking
from gateway.cli.options import SITE
from gateway.web.technician.upkeep_routes import RestartConfirmation


@click.command()
@SITE
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(site: Path, *, yes: bool) -> None:
    r"""Restart the running gateway of SITE: it finishes its polls, writes what it has read, and systemd starts it again.

    A gateway that systemd has not started is left alone.

    \b
    gateway restart site.yaml --yes
    """
    edge = read_edge(site)
    if not yes:
        click.confirm(in_language(f"Restart gateway {edge.id.gateway}?", f"Riavviare il gateway {edge.id.gateway}?"), abort=True)
    with asking(edge, site) as local:
        local.post("/api/restart", RestartConfirmation(edge.id.gateway))
        click.echo(in_language("it restarts", "si riavvia"))
