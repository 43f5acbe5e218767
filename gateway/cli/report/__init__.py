"""`gateway report`: reports of a month, from the store of a centre."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "lighting": "Energy, hours, cost and availability of lighting panels",
    "pell": "Quarter hours of lighting panels for ENEA's platform PELL",
}


@click.group(cls=LazyGroup, package="gateway.cli.report", known=_COMMANDS)
def command() -> None:
    r"""Report a month of lighting panels, from the store of a centre.

    \b
    gateway report lighting centre.yaml --month 2026-10 --html october.html
    gateway report pell centre.yaml --month 2026-10 --folder pell
    """
