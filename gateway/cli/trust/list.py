"""`gateway trust list`: certificates and invitations."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, in_language, when
from gateway.cli.options import JSON
from gateway.cli.trust.common import AUTHORITY, failing
from gateway.host import clock
from gateway.trust.authority import Authority
from gateway.trust.register import CertificateRegister

_HEAD = ("user", "purpose", "state", "valid until", "serial number")
_HEAD_IT = ("utente", "scopo", "stato", "valido fino al", "numero di serie")
_ITALIAN = {
    "client": "client", "broker": "broker", "page": "pagina",
    "valid": "valido", "ends soon": "scade presto", "expired": "scaduto", "revoked": "revocato", "invited": "invitato",
}  # fmt: skip


@click.command("list")
@AUTHORITY
@click.option("--all", "everything", is_flag=True, help="Also those that have expired or are revoked.")
@JSON
def command(folder: Path, *, everything: bool, as_json: bool) -> None:
    r"""List the certificates that the authority has issued, and the invitations that nobody has used yet.

    A certificate ends soon when less than a third of its time is left; it is red.

    \b
    gateway trust list authority
    gateway trust list authority --all --json
    """
    with failing():
        register = Authority(folder).register()
    rows = _rows(register, clock.now_ms(), everything=everything)
    if as_json:
        click.echo(msgspec.json.encode([dict(zip(("user", "purpose", "state", "ends", "serial"), row, strict=True)) for row in rows]))
        return
    head = tuple(in_language(*pair) for pair in zip(_HEAD, _HEAD_IT, strict=True))
    shown = [
        (user, in_language(purpose, _ITALIAN[purpose]), in_language(state, _ITALIAN[state]), *rest) for user, purpose, state, *rest in rows
    ]
    for line in columns([head, *shown], red={(number, 2) for number, row in enumerate(rows, 1) if row[2] == "ends soon"}):
        click.echo(line)


def _rows(register: CertificateRegister, now_ms: int, *, everything: bool) -> list[tuple[str, ...]]:
    certificates: list[tuple[str, ...]] = [
        (one.user, one.purpose, one.state(now_ms), when(one.ends_ms), one.serial)
        for one in register.certificates
        if everything or one.is_valid(now_ms)
    ]
    invitations = [(one.user, "client", "invited", when(one.ends_ms), "-") for one in register.invitations if now_ms < one.ends_ms]
    return sorted([*certificates, *invitations])
