"""`gateway trust issue`: the answer to a request."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language
from gateway.cli.trust.common import AUTHORITY, DAYS, OUT, failing, parsed, read_file
from gateway.host import clock
from gateway.host.files import write_whole
from gateway.trust.authority import CLIENT_DAYS, Authority
from gateway.trust.enrolment import LARGEST_FILE, EnrolmentRequest, file_of


@click.command()
@AUTHORITY
@click.argument("request", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@OUT
@click.option("--user", help="REQUEST is a plain PKCS #10 request (PEM), and you know that it comes from this user.")
@click.option("--days", type=DAYS, default=CLIENT_DAYS, show_default=True, help="For how long the certificate is valid.")
def command(folder: Path, request: Path, *, out: Path, user: str | None, days: int) -> None:
    r"""Certify the key of a REQUEST that 'gateway trust enrol' or 'gateway trust renew' has made.

    A first request must be made with the one-time code of an invitation, a renewal be signed with the present key. Whatever a request says
    about itself is ignored: the certificate is for the user of the invitation, and only for a client.

    With --user, a request that other software has made is certified, such as that of a utility; the file is then the certificate (PEM).

    \b
    gateway trust issue authority request.json --out answer.json
    gateway trust issue authority acquedotto.csr --user acquedotto --out acquedotto.pem
    """
    with failing():
        authority = Authority(folder)
        if user is not None:
            content = read_file(request)
            if len(content) > LARGEST_FILE:
                fail(
                    in_language(
                        f"{request} has more than {LARGEST_FILE} bytes, and is no request",
                        f"{request} ha più di {LARGEST_FILE} byte: non è una richiesta",
                    )
                )
            write_whole(out, authority.certify(content, user, clock.now_ms(), days), mode=0o644)
            click.echo(in_language(f"written: {out}", f"scritto: {out}"))
            return
        made = parsed(request)
        if not isinstance(made, EnrolmentRequest):
            fail(
                in_language(
                    f"{request} is no request: the gateway makes one with 'gateway trust enrol'",
                    f"{request} non è una richiesta: il gateway ne crea una con 'gateway trust enrol'",
                )
            )
        write_whole(out, file_of(authority.answer(made, clock.now_ms(), days)), mode=0o644)
    following = f"gateway trust enrol {out.name}"
    click.echo(in_language(f"written: {out}\nnext, on the gateway: {following}", f"scritto: {out}\npoi, sul gateway: {following}"))
