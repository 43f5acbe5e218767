"""`gateway simulate`: what is not there, for tests of what is."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {"fleet": "Thousands of gateways that send to a centre"}


@click.group(cls=LazyGroup, package="gateway.cli.simulate", known=_COMMANDS)
def command() -> None:
    r"""Simulate what a centre is to be tested with.

    \b
    gateway simulate fleet mqtt://127.0.0.1:1883 --gateways 100
    """
