"""What the commands about users share."""

import sys
from pathlib import Path

import click

from gateway.cli.common import fail, read_centre
from gateway.web.operator.users import PASSWORD_LEAST, PASSWORD_MOST, UsersFile


def users_file(site: Path) -> tuple[UsersFile, Path]:
    """Return the users of the page that a site file describes, and their file."""
    name = read_centre(site).console.users
    if name is None:
        fail(f"{site} has no file of users; add 'users: /var/lib/street-central/console-users.json' under 'console'")
    return UsersFile(Path(name)), Path(name)


def typed_password() -> str:
    """Return the password that is typed twice, or the first line of an input that is no terminal; exit if its length is not allowed."""
    if sys.stdin.isatty():
        typed: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        typed = sys.stdin.readline().rstrip("\r\n")
    if not PASSWORD_LEAST <= len(typed) <= PASSWORD_MOST:
        fail(f"a password has from {PASSWORD_LEAST} to {PASSWORD_MOST} characters; several words are easy to remember")
    return typed
