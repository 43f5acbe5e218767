"""`gateway journal`: the batches on a gateway's disk, and its recorded gaps."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "stats": "Count the batches and readings in the journal",
    "verify": "Check the journal for damage",
    "export": "Print the readings as JSON lines",
    "replay": "Send stored batches again",
    "gaps": "List lost readings, and why they were lost",
}


@click.group(cls=LazyGroup, package="gateway.cli.journal", known=_COMMANDS)
def command() -> None:
    r"""Inspect the journal of a gateway, which may be running.

    \b
    gateway journal stats site.yaml
    gateway journal gaps site.yaml --since 1d
    gateway journal replay site.yaml --since 6h
    """
