"""`gateway trust revoke`: certificates that are not accepted any more."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language, when
from gateway.cli.trust.common import AUTHORITY, RELOAD, failing, reloaded
from gateway.host import clock
from gateway.trust.authority import Authority
from gateway.trust.broker_files import write_certificates


@click.command()
@AUTHORITY
@click.argument("which", metavar="USER|SERIAL")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder of the broker's certificates: write the new list there, too."
)
@RELOAD
def command(folder: Path, which: str, *, out: Path | None, broker: str | None) -> None:
    r"""Revoke all certificates of a user, with its invitation, or the one with a serial number.

    The broker refuses them as soon as it has the new list. It does not end a connection that is open: remove the user from the site file,
    too, and run 'gateway broker-config', which ends its rights at once.

    \b
    gateway trust revoke authority prato-citelum-gw-0042
    sudo gateway trust revoke authority prato-citelum-gw-0042 --out /etc/mosquitto/certs --reload systemd
    """
    if broker is not None and out is None:
        fail(
            in_language(
                "the broker has the list in a folder of its own: add '--out /etc/mosquitto/certs'",
                "il broker ha la lista in una cartella sua: aggiungi '--out /etc/mosquitto/certs'",
            )
        )
    with failing():
        authority = Authority(folder)
        revoked = authority.revoke(which, clock.now_ms())
    for one in revoked:
        until = when(one.ends_ms)
        click.echo(
            in_language(
                f"revoked: {one.serial} of {one.user}, which was valid until {until}",
                f"revocato: {one.serial} di {one.user}, che era valido fino al {until}",
            )
        )
    if not revoked:
        click.echo(
            in_language(
                f"unchanged: all certificates of {which} were revoked before; the list is written again",
                f"invariato: tutti i certificati di {which} erano già revocati; la lista è stata riscritta",
            )
        )
    if out is None:
        following = f"gateway trust broker {folder} --out /etc/mosquitto/certs --reload systemd"
        click.echo(in_language(f"next: {following}", f"poi: {following}"))
        return
    with failing():
        for path in write_certificates(out, authority.certificate, authority.revocation_list, None):
            click.echo(in_language(f"written: {path}", f"scritto: {path}"))
        reloaded(broker)
