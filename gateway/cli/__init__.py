"""The command line: one file a command, each imported only when it is wanted."""

import click

from gateway import __version__
from gateway.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Check a site file",
    "schema": "Print a JSON Schema for editors",
    "profiles": "List, show, test, write and try device profiles",
    "plan": "Show how a product is read, and what that costs",
    "read": "Read one device now",
    "ask": "Send one raw Modbus request to a device",
    "run": "Run an edge gateway",
    "watch": "Show the quality of a running gateway's lines",
    "journal": "Look into a gateway's journal",
    "audit": "Account for every batch: journal, receipts, store",
    "replay": "Let what the centre lost be sent again",
    "central": "Run the centre's ingest",
    "fleet": "List the gateways, and how they are",
    "dead-letters": "Look at what no store took",
    "broker": "Run the embedded MQTT broker",
    "console": "Serve the web page",
    "simulate": "Simulate a fleet of gateways",
    "demo": "Run a street of simulated devices, end to end",
}


@click.group(cls=LazyGroup, package="gateway.cli", known=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway", message="%(prog)s %(version)s")
def main() -> None:
    r"""Telemetry gateway for street-level devices.

    \b
    gateway demo                     a whole street on this machine, with its web page
    gateway check site.yaml          what is wrong in a site file, and what to write instead
    gateway read site.yaml lamp-17   one device's values, now
    gateway run site.yaml            the gateway itself
    """
