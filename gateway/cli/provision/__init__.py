"""`gateway provision`: put devices into service."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "report": "Report what was installed and whether it works",
}


@click.group(cls=LazyGroup, package="gateway.cli.provision", known=_COMMANDS)
def command() -> None:
    r"""Put devices into service, and report what was installed.

    \b
    gateway provision report site.yaml --html report.html
    """
