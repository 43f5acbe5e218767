"""A session of PostgreSQL that is opened when it is needed, opened again after it was lost, and never waits for ever."""

import contextlib
import os
import select
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeVar

import pg8000.exceptions
from pg8000.native import Connection
from scramp import ScramException

from gateway.centre.situation.port import RevisionTaken, SituationsUnavailable
from gateway.config.rules.server_rules import is_loopback
from gateway.host.files import SecretError, read_secret
from gateway.model.site.situation.room import PostgresSettings

_T = TypeVar("_T")
PostgresConnection: TypeAlias = Connection

ADVISORY_CLASS = int.from_bytes(b"SITU", "big")
"""First key of the advisory locks of a Situation Room."""

_CONNECT_S = 3.0
_KEEPALIVE_IDLE_S, _KEEPALIVE_EVERY_S, _KEEPALIVES = 2, 1, 3
_UNACKNOWLEDGED_MS = 5000
"""Both ends take a peer for dead that has not acknowledged anything for so long (tcp(7), TCP_USER_TIMEOUT)."""

_SSL_REQUEST = bytes.fromhex("00000008 04d2162f")
"""Asks the server for TLS, which it grants with "S" (postgresql.org/docs/15/protocol-flow.html, SSL Session Encryption)."""

_UNIQUE_VIOLATION = "23505"
_GONE = ("08", "57P")
"""Beginnings of the codes of errors that end a session: connection exceptions, and shutdown, crash or time-out of the server
(postgresql.org/docs/15/errcodes-appendix.html)."""

# What pg8000 raises if what answers is no PostgreSQL, besides its own errors.
_FAILURES = (pg8000.exceptions.Error, OSError, ScramException, struct.error, LookupError, ValueError)


class SessionLimits(NamedTuple):
    """How long the server may take for an answer, and after how long without a request it ends the session; None: never."""

    answer_s: float = 5.0
    idle_s: float | None = None


USUAL_LIMITS = SessionLimits()


class SessionLost(SituationsUnavailable):
    """The connection was lost: whether the server has done what it was asked is not known."""


class PostgresSession:
    """One session, for use by one thread at a time.

    Args:
        settings: Where the database is, and who logs in.
        limits: How long it waits.
        prepare: What is done after each login.
    """

    def __init__(
        self, settings: PostgresSettings, limits: SessionLimits = USUAL_LIMITS, prepare: Callable[[Connection], None] = lambda _: None
    ) -> None:
        self._settings, self._limits, self._prepare = settings, limits, prepare
        self._connection: Connection | None = None
        self._socket: socket.socket | None = None

    @property
    def is_open(self) -> bool:
        """Whether there is a session, as far as is known."""
        return self._connection is not None

    def run(self, work: Callable[[Connection], _T]) -> _T:
        """Do something in the session, and return its result. After an error there is no session until the next call.

        Raises:
            SessionLost: The connection was lost while it was in use.
            SituationsUnavailable: The server can't be reached, or refuses.
            RevisionTaken: A row violates a unique index.
        """
        if self._connection is None:
            self._open()
        try:
            with _translated(self._settings.server):
                return work(self._connection)
        except RevisionTaken:
            self._roll_back(self._connection)
            raise
        except BaseException:
            self.close()
            raise

    def wait(self, timeout_s: float) -> None:
        """Wait until the server sends something unasked, such as a notification, or the time is over."""
        if self._socket is not None:
            select.select([self._socket], [], [], timeout_s)

    def close(self) -> None:
        """End the session; the next call of `run` begins a new one."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(*_FAILURES):
                connection.close()
        if self._socket is not None:
            descriptor, self._socket = self._socket.detach(), None
            if descriptor >= 0:  # its close() waits for pg8000's files, which a traceback may still hold
                os.close(descriptor)

    def _roll_back(self, connection: Connection) -> None:
        try:
            connection.run("ROLLBACK")
        except _FAILURES:
            self.close()

    def _open(self) -> None:
        host, _, port = self._settings.server.rpartition(":")
        host = host.strip("[]")
        tls, password = self._tls(host), self._password()
        try:
            self._socket = _connected(host, int(port), self._limits.answer_s, tls)
        except OSError as error:
            raise SituationsUnavailable(f"can't reach PostgreSQL at {self._settings.server}: {error}") from error
        try:
            self._connection = self._logged_in(self._socket, host, password)
            with _translated(self._settings.server):
                self._set_up(self._connection)
                self._prepare(self._connection)
        except BaseException:
            self.close()
            raise

    def _logged_in(self, connected: socket.socket, host: str, password: str) -> Connection:
        settings = self._settings
        try:
            return Connection(
                settings.login.user,
                host,
                settings.database,
                password=password,
                ssl_context=False,  # the socket has it
                application_name="street situations",
                startup_params=self._parameters(),
                sock=connected,
            )
        except _FAILURES as error:
            # After a refusal pg8000 says goodbye to a server that may be gone by then: the refusal is the error before that.
            refusal = error.__context__ if isinstance(error.__context__, pg8000.exceptions.DatabaseError) else error
            raise SituationsUnavailable(_login_refused(refusal, settings)) from error

    def _parameters(self) -> dict[str, str]:
        """Return settings of the session; the server ends what takes longer than the client waits, and finds dead clients as fast."""
        answer_ms = str(round(self._limits.answer_s * 900))
        return {
            "client_encoding": "UTF8",
            "statement_timeout": answer_ms,
            "lock_timeout": answer_ms,
            "idle_in_transaction_session_timeout": str(round(self._limits.answer_s * 2000)),
            "tcp_keepalives_idle": str(_KEEPALIVE_IDLE_S),
            "tcp_keepalives_interval": str(_KEEPALIVE_EVERY_S),
            "tcp_keepalives_count": str(_KEEPALIVES),
            "tcp_user_timeout": str(_UNACKNOWLEDGED_MS),
        }

    def _set_up(self, connection: Connection) -> None:
        if self._limits.idle_s is not None:  # since PostgreSQL 14
            connection.run(f"SET idle_session_timeout = {round(self._limits.idle_s * 1000)}")
        ((standby, encoding),) = connection.run("SELECT pg_is_in_recovery(), current_setting('server_encoding')")
        if standby:
            raise SituationsUnavailable(f"PostgreSQL at {self._settings.server} is a standby, which can't be written to")
        if encoding != "UTF8":
            raise SituationsUnavailable(
                f"the database {self._settings.database} has the encoding {encoding}: create it again with 'createdb -E UTF8 -T template0'"
            )

    def _password(self) -> str:
        """Return the password as it is in its file now: it may have been changed."""
        try:
            return read_secret(self._settings.login.password_file)
        except SecretError as error:
            raise SituationsUnavailable(str(error)) from error

    def _tls(self, host: str) -> ssl.SSLContext | None:
        """Return how the server is verified; None on this machine, unless an authority is named."""
        ca = self._settings.ca
        if ca is None and is_loopback(host):
            return None
        try:
            return ssl.create_default_context(cafile=ca)
        except OSError as error:
            raise SituationsUnavailable(f"the authorities in {ca} can't be read: {error}") from error


@contextlib.contextmanager
def _translated(server: str) -> Iterator[None]:
    """Raise what the port declares."""
    try:
        yield
    except pg8000.exceptions.DatabaseError as error:
        if _code(error) == _UNIQUE_VIOLATION:
            raise RevisionTaken(_in_words(error)) from error
        kind = SessionLost if _code(error).startswith(_GONE) else SituationsUnavailable
        raise kind(f"PostgreSQL at {server}: {_in_words(error)}") from error
    except _FAILURES as error:
        raise SessionLost(f"the connection to PostgreSQL at {server} was lost: {_in_words(error)}") from error


def _login_refused(error: BaseException, settings: PostgresSettings) -> str:
    said = f"can't log in to PostgreSQL at {settings.server}: {_in_words(error)}"
    if _code(error).startswith("28"):  # invalid authorization
        return f"{said}; check the password in {settings.login.password_file}, and pg_hba.conf of the server"
    return said


def _in_words(error: BaseException) -> str:
    """Return what an error says; the server's own errors have it among other fields, pg8000's network errors in their cause."""
    fields: Any = error.args[0] if error.args else None
    if isinstance(fields, dict):
        return str(fields.get("M", fields))
    return str(error.__cause__ or error) or type(error).__name__


def _code(error: BaseException) -> str:
    fields: Any = error.args[0] if error.args else None
    return str(fields.get("C", "")) if isinstance(fields, dict) else ""


def _connected(host: str, port: int, answer_s: float, tls: ssl.SSLContext | None) -> socket.socket:
    connected = socket.create_connection((host, port), _CONNECT_S)
    try:
        _detect_dead_peers(connected)
        connected.settimeout(answer_s)
        if tls is None:
            return connected
        connected.sendall(_SSL_REQUEST)
        if connected.recv(1) != b"S":
            _no_tls()
        return tls.wrap_socket(connected, server_hostname=host)
    except BaseException:
        connected.close()
        raise


def _no_tls() -> NoReturn:
    raise OSError("the server has no TLS: set 'ssl = on' in its postgresql.conf")


def _detect_dead_peers(connected: socket.socket) -> None:
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _KEEPALIVE_IDLE_S)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _KEEPALIVE_EVERY_S)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _KEEPALIVES)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _UNACKNOWLEDGED_MS)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
