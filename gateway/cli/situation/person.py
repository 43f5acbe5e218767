"""`gateway situation person`: the password of a person for the pages."""

from pathlib import Path

import click

from gateway.cli.common import fail, read_centre
from gateway.cli.console.common import typed_password
from gateway.cli.options import SITE
from gateway.cli.situation.common import settings_of
from gateway.config.problems import suggest
from gateway.host.files import SecretError
from gateway.web.operator.users import UsersFile
from gateway.web.situation.pages.people import ADD_WITH, login_name


@click.command()
@SITE
@click.argument("organisation")
@click.argument("person")
@click.option("--remove", is_flag=True, help="Take the password away, and end the person's sessions.")
def command(site: Path, organisation: str, person: str, *, remove: bool) -> None:
    r"""Give PERSON of ORGANISATION a password for the pages of the Situation Room; the name at the login is PERSON@ORGANISATION.

    What the person may do is in the site file, under 'people'. It asks for the password, or reads it from the first line of its input if
    that is no terminal. The file contains its scrypt hash. A new password ends the person's sessions. Run this as root or as the user of
    the Situation Room.

    \b
    gateway situation person centre.yaml publiacqua anna
    gateway situation person centre.yaml publiacqua anna --remove
    """
    centre = read_centre(site)
    organisations = settings_of(centre.settings.situation).organisations
    file = Path(centre.settings.situation_people_path())
    passwords, name = UsersFile(file, ADD_WITH), login_name(person, organisation)
    try:
        if remove:
            passwords.remove(name)
            return
        if organisation not in organisations:
            fail(f"unknown organisation '{organisation}'; {suggest(organisation, organisations)}")
        people = organisations[organisation].people
        if person not in people:
            fail(f"'{person}' is not one of the people of {organisation}; {suggest(person, people, otherwise='add it to the site file')}")
        passwords.put(name, "viewer", typed_password())  # the role is that of the site file
        click.echo(f"{person} logs in as {name}")
    except KeyError:
        fail(f"{name} has no password in {file}")
    except (SecretError, ValueError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"cannot write {file}: {error.strerror}; run this as root or as the user of the Situation Room")
