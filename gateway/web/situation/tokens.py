"""The tokens of programs: a file of mode 0600 that `gateway situation token` writes, and that is read again when it changes.

A token is 256 random bits, so that its SHA-256 is enough to recognise it: nobody can try all.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

import msgspec

from gateway.host.files import SecretError, check_secret, heir_of, locked, write_whole
from gateway.model.topics import LEVEL

TokenRole = Literal["reader", "editor"]
"""What a program may do: only read, or also publish, change and answer."""

_PREFIX, _TOKEN_BYTES = "sr_", 32
_NAME = re.compile(LEVEL)
_BYTES_MOST = 1 << 20


class IssuedToken(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A token as the file has it: its SHA-256, when it was issued, and when it expires, if it does; in milliseconds since 1970."""

    role: TokenRole
    sha256: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    issued_ms: int
    expires_ms: int | None = None


class TokenOwner(NamedTuple):
    """Whose token it is: a program of an organisation."""

    organisation: str
    name: str
    token: IssuedToken


_Tokens = dict[str, dict[str, IssuedToken]]


def is_token_name(name: str) -> bool:
    """Return whether a text can be the name of a program."""
    return _NAME.fullmatch(name) is not None


class TokensFile:
    """The file of tokens. Methods raise SecretError if it can't be read, or others can read it, and ValueError if it is damaged."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._version, self._tokens = (0, 0, 0), _Tokens()
        self._owners: dict[str, TokenOwner] = {}

    def tokens(self) -> Mapping[str, Mapping[str, IssuedToken]]:
        """Return the tokens by organisation and program, as the file has them now; none if there is no file."""
        self._refresh()
        return self._tokens

    def owner_of(self, token: str, now_ms: int) -> TokenOwner | None:
        """Return whose token it is now; None if it is unknown, was withdrawn, or has expired."""
        self._refresh()
        owner = self._owners.get(_hashed(token))
        return None if owner is None or _expired(owner.token, now_ms) else owner

    def lasts(self, owner: TokenOwner, now_ms: int) -> bool:
        """Return whether a token is still that of a program."""
        self._refresh()
        return self._owners.get(owner.token.sha256) == owner and not _expired(owner.token, now_ms)

    def issue(self, organisation: str, name: str, role: TokenRole, now_ms: int, expires_ms: int | None = None) -> str:
        """Return a new token of a program, which replaces the one that it has.

        Raises:
            OSError: The file can't be written.
        """
        token = f"{_PREFIX}{secrets.token_urlsafe(_TOKEN_BYTES)}"
        with locked(self._path.parent):
            own = {**self.tokens().get(organisation, {})}
            own[name] = IssuedToken(role=role, sha256=_hashed(token), issued_ms=now_ms, expires_ms=expires_ms)
            self._write({**self._tokens, organisation: own})
        return token

    def withdraw(self, organisation: str, name: str) -> None:
        """Withdraw the token of a program.

        Raises:
            KeyError: It has none.
            OSError: The file can't be written.
        """
        with locked(self._path.parent):
            own = {**self.tokens()[organisation]}
            del own[name]
            self._write({**self._tokens, organisation: own})

    def _refresh(self) -> None:
        try:
            found = self._path.stat()
            version = found.st_mtime_ns, found.st_size, found.st_ino
            check_secret(self._path)
            if version == self._version:
                return
            if found.st_size > _BYTES_MOST:
                raise ValueError(f"{self._path} is larger than {_BYTES_MOST} bytes; it has no tokens")
            self._tokens = self._decoded(self._path.read_bytes())
        except FileNotFoundError:
            self._version, self._tokens, self._owners = (0, 0, 0), {}, {}
            return
        except OSError as error:
            raise SecretError(f"{self._path} can't be read: {error.strerror}") from error
        self._owners = {
            token.sha256: TokenOwner(organisation, name, token) for organisation, own in self._tokens.items() for name, token in own.items()
        }
        self._version = version

    def _decoded(self, content: bytes) -> _Tokens:
        try:
            return msgspec.json.decode(content, type=_Tokens)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            what = f"{self._path} is damaged: {error}; delete it, and issue its tokens again with 'gateway situation token'"
            raise ValueError(what) from error

    def _write(self, tokens: _Tokens) -> None:
        named = {organisation: dict(sorted(own.items())) for organisation, own in sorted(tokens.items()) if own}
        write_whole(self._path, msgspec.json.format(msgspec.json.encode(named), indent=1) + b"\n", owner=heir_of(self._path.parent))


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _expired(token: IssuedToken, now_ms: int) -> bool:
    return token.expires_ms is not None and token.expires_ms <= now_ms
