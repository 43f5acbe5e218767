"""`gateway trust invite`: a one-time code."""

from pathlib import Path

import click

from gateway.cli.common import in_language, when
from gateway.cli.trust.common import AUTHORITY, failing
from gateway.host import clock
from gateway.host.files import write_whole
from gateway.trust.authority import Authority
from gateway.trust.enrolment import file_of


@click.command()
@AUTHORITY
@click.argument("user")
@click.option("--days", type=click.IntRange(1, 90), default=7, show_default=True, help="For how long the code can be used, once.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File to write it to; by default, it is printed.")
def command(folder: Path, user: str, *, days: int, out: Path | None) -> None:
    r"""Let USER enrol, with a one-time code. USER is the name in the broker's access rules: site-operator-gateway for a gateway.

    The code is a secret: who has it can enrol as USER. An earlier code of USER can't be used any more.

    \b
    gateway trust invite authority prato-citelum-gw-0042
    gateway trust invite authority prato-citelum-gw-0042 --out invitation.json
    """
    with failing():
        invitation = Authority(folder).invite(user, clock.now_ms(), days)
        if out is not None:
            write_whole(out, file_of(invitation))
    until = when(invitation.ends_ms)
    if out is not None:
        click.echo(
            in_language(
                f"written: {out} (until {until})\nnext, on the gateway: gateway trust enrol {out.name} --out request.json"
                f"\nor as a QR code for its page: gateway trust label {out.name}",
                f"scritto: {out} (fino al {until})\npoi, sul gateway: gateway trust enrol {out.name} --out request.json"
                f"\noppure come codice QR per la sua pagina: gateway trust label {out.name}",
            )
        )
    else:
        following = f"gateway trust enrol --user {user} --code {invitation.code} --out request.json"
        click.echo(in_language(f"{invitation.code} (until {until})", f"{invitation.code} (fino al {until})"))
        click.echo(in_language(f"next, on the gateway: {following}", f"poi, sul gateway: {following}"))
