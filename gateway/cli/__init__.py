"""The command line: one module for each command, imported only when the command is used."""

import click

from gateway import __version__
from gateway.cli.lazy import LazyGroup
from gateway.cli.standard_output import leave_with_the_reader

_COMMANDS = {
    "check": "Check a site file",
    "schema": "Print JSON Schemas and the AsyncAPI document",
    "profiles": "List, show, test, create and try device profiles",
    "scan": "Find and identify the devices on a line",
    "provision": "Put devices into service, check and report them",
    "plan": "Show how a device is read, and how long it takes",
    "read": "Read one device now",
    "ask": "Send one raw Modbus request to a device",
    "run": "Run an edge gateway",
    "page": "The code of the technician's page",
    "state": "Show how a running gateway is, and its values",
    "doctor": "Check this machine and its gateway, and say what to do",
    "config": "Change the configuration of a gateway, on trial",
    "watch": "Show the line quality of a running gateway",
    "hexlog": "Show the bytes on a line of a running gateway",
    "history": "Show the values of a field from the journal",
    "log": "Show the log of a running gateway",
    "diagnostics": "Write one file that helps to find a fault",
    "identify": "Flash the LED of a gateway's board",
    "recover": "Restart network or modem, or reboot, as the gateway asks",
    "restart": "Restart a running gateway",
    "journal": "Inspect the journal of a gateway",
    "audit": "Check that every batch is accounted for",
    "replay": "Resend readings that the centre has lost",
    "backup": "Write a backup of a gateway, for a new machine",
    "restore": "Restore a backup on a new machine",
    "update": "Update this program to a signed release, on trial",
    "install": "Put user, folders and services in place",
    "uninstall": "Stop and remove what install put in place",
    "central": "Run the centre, or a part of it",
    "report": "Report a month of lighting panels",
    "lighting": "Show when lamps will burn, and exchange their programs",
    "fleet": "List the gateways, and send configurations to them",
    "situation": "The Situation Room: publish, list, answer and confirm events",
    "alarms": "List, acknowledge and shelve the alarms of the centre",
    "dead-letters": "List, show, replay and drop readings that no store accepted",
    "dashboards": "Dashboards and alert rules in Grafana",
    "broker": "Run the embedded MQTT broker",
    "broker-config": "Write the broker's listeners and access rules",
    "trust": "Certificates for gateways and the broker",
    "console": "Serve the web page",
    "simulate": "Simulate a fleet of gateways",
    "demo": "Run a street of simulated devices, end to end",
}


@click.group("gateway", cls=LazyGroup, package="gateway.cli", known=_COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="gateway", message="%(prog)s %(version)s")
def main() -> None:
    r"""Telemetry gateway for street-level devices.

    \b
    gateway demo                     run a simulated street on this machine, with its web page
    gateway check site.yaml          list the errors in a site file, and what to write instead
    gateway read site.yaml lamp-17   read the values of one device now
    gateway run site.yaml            run the gateway
    """
    leave_with_the_reader()
