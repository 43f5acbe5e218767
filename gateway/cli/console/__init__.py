"""`gateway console`: the operator's page, and its users."""

import click

from gateway.cli.lazy import LazyGroupWithDefault

_COMMANDS = {
    "serve": "Serve the operator's page (the default command)",
    "user": "Add, change or remove a user of the page",
    "users": "List the users of the page",
}


@click.group(cls=LazyGroupWithDefault, package="gateway.cli.console", known=_COMMANDS, default="serve")
def command() -> None:
    r"""Serve the operator's page, and manage its users.

    \b
    gateway console centre.yaml                    serve the page
    gateway console user centre.yaml anna --role operator
    gateway console users centre.yaml
    gateway console serve --help                   the options of the default command
    """
