"""`firmware repo`: a repository of signed firmware."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS: dict[str, str] = {}


@click.group(cls=LazyGroup, package="firmware_tools.cli.repo", known=_COMMANDS)
def command() -> None:
    """Sign firmware and publish it: plain files on any web server, or in a folder."""
