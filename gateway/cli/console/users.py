"""`gateway console users`: list the users of the operator's page."""

from pathlib import Path

import click
import msgspec

from gateway.cli.common import columns, fail
from gateway.cli.console.common import users_file
from gateway.cli.options import JSON, SITE
from gateway.host.files import SecretError
from gateway.web.operator.users import UserRole


class _ListedUser(msgspec.Struct):
    """A user as printed."""

    name: str
    role: UserRole


@click.command()
@SITE
@JSON
def command(site: Path, *, as_json: bool) -> None:
    r"""List the users in the file 'console.users' of SITE, and their roles.

    \b
    gateway console users centre.yaml
    gateway console users centre.yaml --json
    """
    users, _ = users_file(site)
    try:
        found = [_ListedUser(name, user.role) for name, user in sorted(users.users().items())]
    except (SecretError, ValueError) as error:
        fail(str(error))
    if as_json:
        click.echo(msgspec.json.encode(found))
    else:
        click.echo("\n".join(columns([("user", "role"), *((one.name, one.role) for one in found)])))
