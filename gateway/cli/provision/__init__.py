"""`gateway provision`: put devices into service."""

import click

from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Say what is wrong with a line or a device",
    "add": "Add a device with its asset",
    "copy": "Copy a device several times",
    "change": "Change interval, meter or transformers of a device",
    "readdress": "Change the Modbus address of a device",
    "register": "Import and list the city's assets",
    "report": "Report what was installed and whether it works",
}


@click.group(cls=LazyGroup, package="gateway.cli.provision", known=_COMMANDS)
def command() -> None:
    r"""Put devices into service: find out what is wrong, name and place devices, and report what was installed.

    \b
    gateway provision check site.yaml panel-7
    gateway provision add site.yaml --line panel-7 --profile eastron_sdm630 --unit 3 --asset qe-041 --lat 43.88 --lon 11.09
    gateway provision copy site.yaml qe-041-meter --times 3
    gateway provision change site.yaml qe-041-meter --every 10s
    gateway provision readdress site.yaml qe-041-relay --to 12
    gateway provision register import assets.csv --site site.yaml
    gateway provision report site.yaml --html report.html
    """
