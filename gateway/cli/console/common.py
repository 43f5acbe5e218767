"""What the commands about users share."""

from pathlib import Path

from gateway.cli.common import fail, read_centre
from gateway.web.operator.users import UsersFile


def users_file(site: Path) -> tuple[UsersFile, Path]:
    """Return the users of the page that a site file describes, and their file."""
    name = read_centre(site).console.users
    if name is None:
        fail(f"{site} has no file of users; add 'users: /var/lib/street-central/console-users.json' under 'console'")
    return UsersFile(Path(name)), Path(name)
