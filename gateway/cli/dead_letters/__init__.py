"""`gateway dead-letters`: readings that no store accepted."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "List dead letters and their reasons",
    "show": "Show one dead letter in full",
    "replay": "Store dead letters again after the cause is fixed",
    "drop": "Delete dead letters",
}


@click.group(cls=LazyGroup, package="gateway.cli.dead_letters", known=_COMMANDS)
def command() -> None:
    r"""Review what a centre could not store.

    A dead letter is a line that the store refused, or a message that could not be decoded or was stored only in part. The centre sets it
    aside and goes on.

    \b
    gateway dead-letters list centre.yaml
    gateway dead-letters show centre.yaml 17
    gateway dead-letters replay centre.yaml 17 18
    gateway dead-letters drop centre.yaml --all
    """
