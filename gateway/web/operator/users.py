"""The users of a page: a file of mode 0600 that a command such as `gateway console user` writes, and that is read again when it changes."""

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

import msgspec

from gateway.host.files import SecretError, check_secret, heir_of, write_whole
from gateway.web.sessions import hash_password, password_matches

UserRole = Literal["viewer", "operator"]
"""What a user may do: only look, or also change something."""

USER_ROLES: tuple[UserRole, ...] = get_args(UserRole)

PASSWORD_LEAST, PASSWORD_MOST = 10, 256
"""Characters of a password. Length is what counts; no kinds of characters are required (NIST SP 800-63B, 3.1.1.2)."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
_BYTES_MOST = 1 << 20


class ConsoleUser(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One user: the role, and the hash of the password."""

    role: UserRole
    password: Annotated[str, msgspec.Meta(pattern=r"^scrypt(\$[0-9]{1,6}){3}\$[0-9a-f]{16,128}\$[0-9a-f]{64,256}\Z")]


_Users = dict[str, ConsoleUser]


@cache
def _nobodys_hash() -> str:
    """Return what a password is compared with if the user is unknown, so that it takes as long."""
    return hash_password("")


def is_user_name(name: str) -> bool:
    """Return whether a text can be the name of a user."""
    return _NAME.fullmatch(name) is not None


class UsersFile:
    """The file of the users. Methods raise SecretError if it can't be read, or others can read it, and ValueError if it is damaged.

    Args:
        path: The file.
        add_with: The command that writes it.
    """

    def __init__(self, path: Path, add_with: str = "gateway console user") -> None:
        self._path, self._add_with = path, add_with
        self._version, self._users = (0, 0, 0), _Users()

    def users(self) -> Mapping[str, ConsoleUser]:
        """Return the users by name, as the file has them now."""
        check_secret(self._path)
        try:
            found = self._path.stat()
            version = found.st_mtime_ns, found.st_size, found.st_ino
            if version != self._version:
                if found.st_size > _BYTES_MOST:
                    raise ValueError(f"{self._path} is larger than {_BYTES_MOST} bytes; it has no users")
                self._users = self._decoded(self._path.read_bytes())
                self._version = version
        except OSError as error:
            raise SecretError(f"{self._path} can't be read: {error.strerror}") from error
        return self._users

    def find(self, name: str) -> ConsoleUser | None:
        """Return a user as the file has it now; None if there is no such user."""
        return self.users().get(name)

    def with_password(self, name: str, password: str) -> ConsoleUser | None:
        """Return a user who has a password; None for a wrong name or password. Takes a tenth of a second: call it in a thread."""
        user = self.find(name)
        matches = password_matches(password, user.password if user is not None else _nobodys_hash())
        return user if matches else None

    def put(self, name: str, role: UserRole, password: str | None) -> None:
        """Add a user, or change one, who then keeps the password if none is named.

        Raises:
            KeyError: The user is new, and there is no password.
            OSError: The file can't be written.
        """
        users = dict(self.users()) if self._path.exists() else {}
        hashed = hash_password(password) if password is not None else users[name].password
        self._write({**users, name: ConsoleUser(role, hashed)})

    def remove(self, name: str) -> None:
        """Remove a user.

        Raises:
            KeyError: There is no such user.
            OSError: The file can't be written.
        """
        users = dict(self.users())
        del users[name]
        self._write(users)

    def _decoded(self, content: bytes) -> _Users:
        try:
            return msgspec.json.decode(content, type=_Users)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise ValueError(f"{self._path} is damaged: {error}; delete it, and add its users again with '{self._add_with}'") from error

    def _write(self, users: _Users) -> None:
        content = msgspec.json.format(msgspec.json.encode(dict(sorted(users.items()))), indent=1)
        write_whole(self._path, content + b"\n", owner=heir_of(self._path.parent))
