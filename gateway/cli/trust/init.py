"""`gateway trust init`: the site's authority."""

from pathlib import Path

import click

from gateway.cli.common import in_language
from gateway.cli.trust.common import AUTHORITY, DAYS, failing
from gateway.host import clock
from gateway.trust.authority import AUTHORITY_DAYS, Authority


@click.command()
@AUTHORITY
@click.option("--name", required=True, help="Its name, which certificates show: letters, digits, spaces, '.' and '-'.")
@click.option("--days", type=DAYS, default=AUTHORITY_DAYS, show_default=True, help="For how long it is valid. Then everybody enrols again.")
def command(folder: Path, *, name: str, days: int) -> None:
    r"""Make the site's authority in the new folder AUTHORITY.

    Who has its key can pose as the broker and as every gateway: keep the folder away from the network, and save it.

    \b
    gateway trust init authority --name "Prato street authority"
    """
    with failing():
        Authority.create(folder, name, clock.now_ms(), days)
    following = f"gateway trust broker {folder} HOST --out /etc/mosquitto/certs"
    click.echo(in_language(f"made: {folder}\nnext: {following}", f"creata: {folder}\npoi: {following}"))
