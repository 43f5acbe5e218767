"""`gateway central`: the centre's processes, and the setup of their store."""

import click

from gateway.cli.lazy import LazyGroupWithDefault

_COMMANDS = {
    "run": "Run the centre (the default command)",
    "setup": "Create database, retention and roll-ups in the store",
    "backup": "Write a backup of the centre, for a new machine",
    "restore": "Restore a backup of the centre",
    "resend": "Have every gateway send the readings of a time again",
}


@click.group(cls=LazyGroupWithDefault, package="gateway.cli.central", known=_COMMANDS, default="run")
def command() -> None:
    r"""Run the centre: ingest workers and the publisher of the city plane.

    \b
    gateway central centre.yaml
    gateway central --role ingest --worker worker-2 centre.yaml
    gateway central --role alarms --listen 127.0.0.1:9275 centre.yaml
    gateway central setup centre.yaml --dry-run
    gateway central run --help                     the options of the default command
    """
