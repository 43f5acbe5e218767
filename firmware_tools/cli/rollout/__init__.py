"""`firmware rollout`: bring a firmware to many devices."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "plan": "Show which devices would be updated, in which waves and when",
    "start": "Start a roll-out",
    "status": "Show the roll-outs, or how far one is",
    "pause": "Update no more devices until it is resumed",
    "resume": "Go on with a roll-out that was paused or stopped by itself",
    "abort": "End a roll-out; updates that have begun are finished",
}


@click.group(cls=LazyGroup, package="firmware_tools.cli.rollout", known=_COMMANDS)
def command() -> None:
    r"""Bring a firmware to many devices: canaries first, at night, in waves, and no wave before the one before it has proved itself.

    The role 'firmware' of 'gateway central' runs roll-outs; these commands work on its machine. A roll-out stops by itself when updates
    fail, or devices do not work after them.

    \b
    firmware rollout plan centre.yaml WBMR6C
    firmware rollout start centre.yaml WBMR6C --canaries 5 --window 23:00-04:30 --by "control room"
    firmware rollout status centre.yaml r7
    firmware rollout resume centre.yaml r7 --by "control room"
    """
