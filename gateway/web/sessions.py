"""Sessions of people who have logged in, stored on the server, and password hashes. Pure: the time is handed in.

The browser holds a random id in a cookie that scripts can't read and that other sites' requests don't carry. Sessions end with the
process.
"""

import hashlib
import hmac
import secrets
from collections import OrderedDict
from typing import NamedTuple

_COST, _BLOCK, _PARALLEL = 1 << 14, 8, 1
"""scrypt's parameters: 16 MiB and about 80 ms on a PC, perhaps four times as long on a Raspberry Pi 4."""

_MEMORY_MOST = 1 << 26
"""Bytes that the check of a stored hash may take, whatever parameters it names."""

_SALT_BYTES, _KEY_BYTES, _ID_BYTES = 16, 32, 32


def hash_password(password: str) -> str:
    """Return a hash to store: `scrypt$N$r$p$salt$key`. Takes tens of milliseconds: call it in a thread."""
    salt = secrets.token_bytes(_SALT_BYTES)
    key = hashlib.scrypt(password.encode(), salt=salt, n=_COST, r=_BLOCK, p=_PARALLEL, maxmem=_MEMORY_MOST, dklen=_KEY_BYTES)
    return f"scrypt${_COST}${_BLOCK}${_PARALLEL}${salt.hex()}${key.hex()}"


def password_matches(password: str, stored: str) -> bool:
    """Return whether a password has the stored hash. Takes tens of milliseconds: call it in a thread, and limit attempts.

    Raises:
        ValueError: The stored text is not such a hash.
    """
    name, *fields = stored.split("$")
    if name != "scrypt" or len(fields) != 5:
        raise ValueError("the stored password is not an scrypt hash: scrypt$N$r$p$salt$key")
    cost, block, parallel = (int(field) for field in fields[:3])
    salt, key = (bytes.fromhex(field) for field in fields[3:])
    if len(key) < _KEY_BYTES:
        raise ValueError(f"the stored password's key is shorter than {_KEY_BYTES} bytes")
    computed = hashlib.scrypt(password.encode(), salt=salt, n=cost, r=block, p=parallel, maxmem=_MEMORY_MOST, dklen=len(key))
    return hmac.compare_digest(computed, key)


class _Session(NamedTuple):
    user: str
    opened_s: float
    used_s: float


class Sessions:
    """Open sessions by their ids. Times are seconds of a monotonic clock.

    Args:
        idle_s: A session ends after so long without a request.
        absolute_s: A session ends so long after the login, used or not.
        most: Open sessions; one more ends the one that was idle longest.
    """

    def __init__(self, *, idle_s: float = 1800.0, absolute_s: float = 43_200.0, most: int = 1000) -> None:
        self._idle_s, self._absolute_s, self._most = idle_s, absolute_s, most
        self._by_id: OrderedDict[str, _Session] = OrderedDict()
        """Idle longest first."""

    def __len__(self) -> int:
        return len(self._by_id)

    def open(self, user: str, now_s: float) -> str:
        """Open a session for a user whose password matched, and return its id. Every login gets a new id."""
        while self._by_id and (len(self._by_id) >= self._most or not self._is_open(next(iter(self._by_id.values())), now_s)):
            self._by_id.popitem(last=False)
        session_id = secrets.token_urlsafe(_ID_BYTES)
        self._by_id[session_id] = _Session(user, now_s, now_s)
        return session_id

    def user_of(self, session_id: str | None, now_s: float) -> str | None:
        """Return whose session an id is and record its use; None if it is unknown or has expired."""
        session = self._by_id.pop(session_id, None) if session_id else None
        if session_id is None or session is None or not self._is_open(session, now_s):
            return None
        self._by_id[session_id] = session._replace(used_s=now_s)
        return session.user

    def lasts(self, session_id: str, now_s: float) -> bool:
        """Return whether a session is still open, without using it."""
        session = self._by_id.get(session_id)
        return session is not None and self._is_open(session, now_s)

    def close(self, session_id: str) -> None:
        """End a session, if it is open: a logout."""
        self._by_id.pop(session_id, None)

    def close_all_of(self, user: str) -> None:
        """End every session of a user: a changed password, or an account that was removed."""
        for session_id in [one for one, session in self._by_id.items() if session.user == user]:
            del self._by_id[session_id]

    def _is_open(self, session: _Session, now_s: float) -> bool:
        return now_s - session.used_s < self._idle_s and now_s - session.opened_s < self._absolute_s


def cookie_name(*, tls: bool) -> str:
    """Return the cookie's name; over TLS its prefix makes browsers insist on Secure, this host alone, and the path `/`."""
    return "__Host-session" if tls else "session"


def set_cookie(session_id: str, *, tls: bool) -> str:
    """Return the Set-Cookie header that gives a browser its session; an empty id removes it."""
    age = "" if session_id else "; Max-Age=0"
    return f"{cookie_name(tls=tls)}={session_id}; Path=/; HttpOnly; SameSite=Strict{'; Secure' if tls else ''}{age}"
