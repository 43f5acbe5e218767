"""`gateway trust renew`: a new certificate, with the present one as proof."""

from pathlib import Path

import click

from gateway.cli.common import in_language
from gateway.cli.trust.common import FOLDER, OUT, failing
from gateway.host.files import write_whole
from gateway.trust.enrolment import file_of
from gateway.trust.identity import GatewayIdentity


@click.command()
@OUT
@FOLDER
def command(out: Path, *, folder: Path) -> None:
    r"""Make a new key on this gateway, and a request that is signed with the present one.

    The authority answers it without an invitation, as long as the present certificate is valid. Until then the gateway keeps using that.

    \b
    gateway trust renew --out request.json
    gateway trust issue authority request.json --out answer.json      at the centre
    gateway trust enrol answer.json
    """
    with failing():
        write_whole(out, file_of(GatewayIdentity(folder).renewal()), mode=0o644)
    following = f"gateway trust issue AUTHORITY {out.name} --out answer.json"
    click.echo(in_language(f"written: {out}\nnext, at the centre: {following}", f"scritto: {out}\npoi, al centro: {following}"))
