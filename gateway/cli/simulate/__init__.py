"""`gateway simulate`: simulations to test a centre with."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {"fleet": "Simulate thousands of gateways that send to a centre"}


@click.group(cls=LazyGroup, package="gateway.cli.simulate", known=_COMMANDS)
def command() -> None:
    r"""Simulate gateways, to test a centre.

    \b
    gateway simulate fleet mqtt://127.0.0.1:1883 --gateways 100
    """
