"""`gateway trust broker`: the broker's certificates."""

from pathlib import Path

import click

from gateway.cli.common import in_language
from gateway.cli.trust.common import AUTHORITY, DAYS, RELOAD, failing, reloaded
from gateway.host import clock
from gateway.trust.authority import BROKER_DAYS, Authority
from gateway.trust.broker_files import write_certificates


@click.command()
@AUTHORITY
@click.argument("host", required=False)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), required=True, help="Folder of the broker's certificates.")
@click.option("--days", type=DAYS, default=BROKER_DAYS, show_default=True, help="For how long a new certificate is valid.")
@RELOAD
def command(folder: Path, host: str | None, *, out: Path, days: int, broker: str | None) -> None:
    r"""Write authority.pem and the revocation list, revoked.pem, for the broker; with HOST also a new key and its certificate.

    HOST is the name or the address under which gateways reach the broker. The key can be read by mosquitto alone.

    \b
    gateway trust broker authority broker.example --out /etc/mosquitto/certs
    sudo gateway trust broker authority --out /etc/mosquitto/certs --reload systemd
    """
    with failing():
        authority = Authority(folder)
        identity = None if host is None else authority.certify_broker(host, clock.now_ms(), days)
        for path in write_certificates(out, authority.certificate, authority.revocation_list, identity):
            click.echo(in_language(f"written: {path}", f"scritto: {path}"))
        reloaded(broker)
