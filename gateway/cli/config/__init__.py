"""`gateway config`: the configuration of a gateway."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "diff": "Show what a new configuration would change",
    "apply": "Change to a new configuration, on trial",
    "confirm": "Keep the configuration that is on trial",
    "undo": "Go back to the configuration before",
    "log": "List the changes: when, by whom, why",
}


@click.group(cls=LazyGroup, package="gateway.cli.config", known=_COMMANDS)
def command() -> None:
    r"""Change the site file of a gateway so that it can't be broken.

    A running gateway changes without a restart, and lines that do not change go on reading. What is not confirmed within five minutes
    is undone, also if the gateway is restarted meanwhile. If no gateway runs, the file is changed at once. Comments stay.

    \b
    gateway config diff site.yaml new.yaml
    gateway config apply site.yaml new.yaml --why "meter 7 replaced"
    gateway config confirm site.yaml
    """
