"""The people of organisations, as the login of the pages knows them: the site file says what they may do, a file has their passwords."""

from collections.abc import Mapping

from gateway.model.site.situation.organisations import OrganisationSettings
from gateway.web.operator.users import ConsoleUser, UserRole, UsersFile

ADD_WITH = "gateway situation person"
"""The command that writes the file of passwords."""

_ROLES: Mapping[str, UserRole] = {"reader": "viewer", "editor": "operator"}
"""What people of an organisation may do, in the words of the login that all pages share."""


def login_name(person: str, organisation: str) -> str:
    """Return the name with which a person of an organisation logs in."""
    return f"{person}@{organisation}"


def person_and_organisation(name: str) -> tuple[str, str]:
    """Return the person and the organisation of such a name."""
    person, _, organisation = name.partition("@")
    return person, organisation


class RoomPeople:
    """Those who may use the pages: they are in the site file, and have a password. Methods are those of `KnownUsers`."""

    def __init__(self, passwords: UsersFile, organisations: Mapping[str, OrganisationSettings]) -> None:
        self._passwords = passwords
        self._roles = {login_name(person, name): _ROLES[role] for name, one in organisations.items() for person, role in one.people.items()}

    def find(self, name: str) -> ConsoleUser | None:
        """Return a person with the role of the site file; None if nobody of that name is there, or has a password."""
        return self._with_role(name, self._passwords.find(name))

    def with_password(self, name: str, password: str) -> ConsoleUser | None:
        """Return a person who has a password; None for a wrong name or password. Takes a tenth of a second: call it in a thread."""
        return self._with_role(name, self._passwords.with_password(name, password))

    def _with_role(self, name: str, found: ConsoleUser | None) -> ConsoleUser | None:
        role = self._roles.get(name)
        return None if found is None or role is None else ConsoleUser(role, found.password)
