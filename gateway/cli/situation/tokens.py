"""`gateway situation tokens`: list the tokens of programs."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail, when
from gateway.cli.options import JSON, SITE
from gateway.cli.situation.common import tokens_file
from gateway.host.files import SecretError
from gateway.model.instants import iso_utc
from gateway.web.situation.tokens import TokenRole


class _ListedToken(msgspec.Struct, omit_defaults=True):
    """A token as printed."""

    organisation: str
    name: str
    role: TokenRole
    issued: str
    expires: str | None = None


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""List the tokens that were issued to programs of organisations; what they are is known to the programs alone.

    \b
    gateway situation tokens centre.yaml
    gateway situation tokens centre.yaml --json
    """
    tokens, _, _ = tokens_file(site)
    try:
        found = [(organisation, name, token) for organisation, own in tokens.tokens().items() for name, token in own.items()]
    except (SecretError, ValueError) as error:
        fail(str(error))
    if as_json:
        listed = [
            _ListedToken(organisation, name, one.role, iso_utc(one.issued_ms), None if one.expires_ms is None else iso_utc(one.expires_ms))
            for organisation, name, one in found
        ]
        click.echo(msgspec.json.encode(listed))
    elif found:
        rows = [
            (organisation, name, one.role, when(one.issued_ms), "-" if one.expires_ms is None else when(one.expires_ms))
            for organisation, name, one in found
        ]
        click.echo("\n".join(columns([("organisation", "program", "role", "issued", "expires"), *rows])))
    else:
        click.echo("no tokens")
