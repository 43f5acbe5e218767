"""`gateway profiles`: the library of device profiles, and tools to write new ones."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "List the products in the library",
    "show": "Show a profile: points, units, settings, read plan",
    "test": "Test profiles against their worked examples",
    "new": "Write the skeleton of a new profile",
    "try": "Test a profile on a real device",
}


@click.group(cls=LazyGroup, package="gateway.cli.profiles", known=_COMMANDS)
def command() -> None:
    r"""List, show, test, write and try device profiles.

    \b
    gateway profiles list --kind lighting_meter
    gateway profiles show eastron_sdm630
    gateway profiles new my_meter.yaml
    gateway profiles test my_meter.yaml
    gateway profiles try my_meter.yaml /dev/ttyUSB0 --unit 7
    """
