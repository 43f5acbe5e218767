"""`gateway console user`: add, change or remove a user of the operator's page."""

from pathlib import Path

import click

from gateway.cli.common import fail
from gateway.cli.console.common import typed_password, users_file
from gateway.cli.options import SITE
from gateway.host.files import SecretError
from gateway.web.operator.users import USER_ROLES, UserRole, UsersFile, is_user_name


@click.command()
@SITE
@click.argument("name")
@click.option("--role", type=click.Choice(USER_ROLES), help="What the user may do: look, or also change something.")
@click.option("--keep-password", is_flag=True, help="Change the role alone.")
@click.option("--remove", is_flag=True, help="Remove the user, and end the user's sessions.")
def command(site: Path, name: str, *, role: UserRole | None, keep_password: bool, remove: bool) -> None:
    r"""Add the user NAME to the file 'console.users' of SITE, or change the role and the password.

    It asks for the password, or reads it from the first line of its input if that is no terminal. The file contains its scrypt hash. A page
    that runs uses the new file at once: whoever was logged in with an old password is logged out. Run this as root or as the user of the
    page.

    \b
    gateway console user centre.yaml anna --role operator
    gateway console user centre.yaml anna --role viewer --keep-password
    gateway console user centre.yaml anna --remove
    """
    users, file = users_file(site)
    try:
        if remove:
            users.remove(name)
        else:
            _put(users, name, role, keep_password=keep_password)
    except KeyError:
        fail(f"there is no user '{name}' in {file}; 'gateway console users {site}' lists them")
    except SecretError as error:
        fail(f"{error}; add a user first, or run this as root or as the user of the page" if remove else str(error))
    except ValueError as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}; run this as root or as the user of the page")


def _put(users: UsersFile, name: str, role: UserRole | None, *, keep_password: bool) -> None:
    """Add or change a user."""
    if not is_user_name(name):
        fail(f"'{name}' can't be the name of a user; use up to 64 letters, digits, and . _ @ -, the first a letter or digit")
    if role is None:
        fail(f"name the role of '{name}': --role {' or --role '.join(USER_ROLES)}")
    users.put(name, role, None if keep_password else typed_password())
