"""`gateway simulate`: simulations to test a centre and its dashboards with."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "fleet": "Simulate thousands of gateways that send to a centre",
    "history": "Fill a store with weeks of a simulated town",
}


@click.group(cls=LazyGroup, package="gateway.cli.simulate", known=_COMMANDS)
def command() -> None:
    r"""Simulate gateways, to test a centre, or the history of a town, to try dashboards.

    \b
    gateway simulate fleet mqtt://127.0.0.1:1883 --gateways 100
    gateway simulate history centre.yaml --days 30 --assets 500
    """
