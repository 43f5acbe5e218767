"""`gateway alarms`: what the centre has found, and what operators do about it."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "List the alarms, the most urgent first",
    "ack": "Acknowledge alarms: somebody knows, and acts",
    "shelve": "Shelve alarms for a time, for example during works",
    "unshelve": "End the shelving of alarms",
    "notify": "List whom the centre notifies, and test whether messages arrive",
    "log": "List what happened to alarms, and who did it",
}


@click.group(cls=LazyGroup, package="gateway.cli.alarms", known=_COMMANDS)
def command() -> None:
    r"""List, acknowledge and shelve the alarms of a centre, on its machine, and see who is notified of them.

    \b
    gateway alarms list centre.yaml
    gateway alarms ack centre.yaml qe-0042 --by "control room"
    gateway alarms shelve centre.yaml qe-0042 --kind day_burner --for 4h --by "control room"
    gateway alarms notify centre.yaml --test control-room
    gateway alarms log centre.yaml
    """
