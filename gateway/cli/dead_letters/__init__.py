"""`gateway dead-letters`: what no store took, looked at, replayed or dropped."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "List them, and why they are here",
    "show": "Show one in full",
    "replay": "Bring them in again, once the cause is mended",
    "drop": "Throw them away",
}


@click.group(cls=LazyGroup, package="gateway.cli.dead_letters", known=_COMMANDS)
def command() -> None:
    r"""Look after what the centre of a site file could not store.

    A letter is a line that the store refused, or a message that could not be read in full. The centre goes on without it.

    \b
    gateway dead-letters list centre.yaml
    gateway dead-letters show centre.yaml 17
    gateway dead-letters replay centre.yaml 17 18
    gateway dead-letters drop centre.yaml --all
    """
