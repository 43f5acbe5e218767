"""`gateway trust revoke`: certificates that are not accepted any more."""

from pathlib import Path

import click

from gateway.cli.common import when
from gateway.cli.trust.common import AUTHORITY, failing
from gateway.host import clock
from gateway.trust.authority import Authority


@click.command()
@AUTHORITY
@click.argument("which", metavar="USER|SERIAL")
def command(folder: Path, which: str) -> None:
    r"""Revoke all certificates of a user, with its invitation, or the one with a serial number.

    The broker refuses them as soon as it has the new list. It does not end a connection that is open: remove the user from the site file,
    too, and run 'gateway broker-config', which ends its rights at once.

    \b
    gateway trust revoke authority prato-citelum-gw-0042
    sudo gateway trust broker authority --out /etc/mosquitto/certs && sudo systemctl reload mosquitto
    """
    with failing():
        revoked = Authority(folder).revoke(which, clock.now_ms())
    for one in revoked:
        click.echo(f"revoked: {one.serial} of {one.user}, which was valid until {when(one.ends_ms)}")
    if not revoked:
        click.echo(f"unchanged: all certificates of {which} were revoked before; the list is written again")
    click.echo(f"next: gateway trust broker {folder} --out /etc/mosquitto/certs && systemctl reload mosquitto")
