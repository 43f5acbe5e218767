"""The command line: one module for each command, imported only when the command is used."""

import click

from gateway import __version__
from gateway.cli.lazy import LazyGroup
from gateway.cli.standard_output import leave_with_the_reader

_COMMANDS = {
    "repo": "Sign firmware and publish it",
    "rollout": "Bring a firmware to many devices, wave by wave",
    "flash": "Update the firmware of a device",
    "status": "Show the updates of a gateway's devices",
}


@click.group(
    "firmware", cls=LazyGroup, package="firmware_tools.cli", known=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="firmware", message="%(prog)s %(version)s")
def main() -> None:
    r"""Firmware of field devices: signed, published and brought to the devices.

    \b
    firmware repo add street-firmware mr6c_1.26.0.wbfw --vendor "Wiren Board" --model WBMR6C …
    firmware repo publish street-firmware
    """
    leave_with_the_reader()
