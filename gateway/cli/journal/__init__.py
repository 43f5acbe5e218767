"""`gateway journal`: what waits on a gateway's disk, and what is lost."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "stats": "Count what the journal holds",
    "verify": "Check that it is whole",
    "export": "Print its readings as JSON lines",
    "replay": "Let stored batches be sent again",
    "gaps": "List what is lost, and why",
}


@click.group(cls=LazyGroup, package="gateway.cli.journal", known=_COMMANDS)
def command() -> None:
    r"""Look into the journal of a gateway, which may run meanwhile.

    \b
    gateway journal stats site.yaml
    gateway journal gaps site.yaml --since 1d
    gateway journal replay site.yaml --since 6h
    """
