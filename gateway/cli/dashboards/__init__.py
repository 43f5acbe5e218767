"""`gateway dashboards`: dashboards and alert rules in Grafana."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "render": "Write the files with which Grafana provisions itself",
    "diff": "Show how Grafana differs from what would be pushed",
    "push": "Bring dashboards, alert rules and contacts into Grafana",
    "pull": "Write what Grafana has into files",
}


@click.group(cls=LazyGroup, package="gateway.cli.dashboards", known=_COMMANDS)
def command() -> None:
    r"""Dashboards, alert rules and their notification in Grafana 9.4 or newer.

    Grafana's address, its token and the contacts of the operators are in the site file, under 'centre: grafana:'.

    \b
    gateway dashboards diff centre.yaml
    gateway dashboards push centre.yaml --dry-run
    gateway dashboards push centre.yaml
    gateway dashboards render provisioned/
    """
