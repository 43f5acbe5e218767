"""`gateway provision register`: the city's asset register on a gateway."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {"import": "Import assets from CSV or GeoJSON", "list": "List and search the imported assets"}


@click.group(cls=LazyGroup, package="gateway.cli.provision.register", known=_COMMANDS)
def command() -> None:
    r"""Import the city's asset register, so that assets are chosen by name, with their positions.

    \b
    gateway provision register import assets.csv --site site.yaml
    gateway provision register list site.yaml --find qe-04
    """
