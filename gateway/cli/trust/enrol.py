"""`gateway trust enrol`: a gateway gets its identity."""

from pathlib import Path

import click

from gateway.cli.common import fail, in_language
from gateway.cli.trust.common import FOLDER, failing, parsed
from gateway.host.files import write_whole
from gateway.trust.enrolment import EnrolmentAnswer, EnrolmentRequest, Invitation, code_as_typed, file_of
from gateway.trust.identity import AUTHORITY, IDENTITY, GatewayIdentity


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--user", help="With --code: the gateway's user at the broker, site-operator-gateway.")
@click.option("--code", help="The one-time code, instead of the FILE of an invitation.")
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="File for the request.")
@FOLDER
def command(file: Path | None, *, user: str | None, code: str | None, out: Path | None, folder: Path) -> None:
    r"""Enrol this gateway, in two steps that need no connection.

    With an invitation (FILE, or --user and --code) it makes a private key, which stays here, and a request for the authority.
    With the answer (FILE) it checks that answer, and takes the certificate into use.

    \b
    gateway trust enrol invitation.json --out request.json
    gateway trust enrol --user prato-citelum-gw-0042 --code 4F7QA-0KX9P-ZZ2TM-81WEC --out request.json
    gateway trust enrol answer.json
    """
    given = _typed(user, code) if file is None else parsed(file)
    if file is not None and (user or code):
        fail(
            in_language(
                "a file and a code are two ways to the same: leave out the file, or --user and --code",
                "un file e un codice sono due modi per la stessa cosa: togli il file, oppure --user e --code",
            )
        )
    identity = GatewayIdentity(folder)
    with failing():
        if isinstance(given, EnrolmentAnswer):
            identity.accept(given)
            tls = f"{{ca: {folder}/{AUTHORITY}, cert: {folder}/{IDENTITY}, key: {folder}/{IDENTITY}}}"
            click.echo(
                in_language(
                    f"written: {folder}/{IDENTITY}\nnext: 'uplink: {{tls: {tls}}}' in the site file, and restart the gateway",
                    f"scritto: {folder}/{IDENTITY}\npoi: 'uplink: {{tls: {tls}}}' nel file del sito, e riavvia il gateway",
                )
            )
            return
        if isinstance(given, EnrolmentRequest):
            fail(
                in_language(
                    f"{file} is a request: bring it to the centre, for 'gateway trust issue'",
                    f"{file} è una richiesta: portala al centro, per 'gateway trust issue'",
                )
            )
        if out is None:
            fail(in_language("where does the request go? Add '--out request.json'", "dove va la richiesta? Aggiungi '--out request.json'"))
        write_whole(out, file_of(identity.request(given)), mode=0o644)
    click.echo(
        in_language(
            f"written: {out}\nnext, at the centre: gateway trust issue AUTHORITY {out.name} --out answer.json",
            f"scritto: {out}\npoi, al centro: gateway trust issue AUTHORITY {out.name} --out answer.json",
        )
    )


def _typed(user: str | None, code: str | None) -> Invitation:
    """Return an invitation of which a person typed what matters, or end with exit code 1."""
    if user is None or code is None:
        fail(
            in_language(
                "add the file of an invitation or of an answer, or '--user …' and '--code …'",
                "aggiungi il file di un invito o di una risposta, oppure '--user …' e '--code …'",
            )
        )
    read = code_as_typed(code)
    if read is None:
        fail(
            in_language(
                f"'{code}' is no code: it has four groups of five letters and digits, for example 4F7QA-0KX9P-ZZ2TM-81WEC",
                f"'{code}' non è un codice: ha quattro gruppi di cinque lettere e cifre, per esempio 4F7QA-0KX9P-ZZ2TM-81WEC",
            )
        )
    return Invitation(user, read, 0)
