"""The login of the technician's page: sessions by the code of the gateway's label, and a guard in front of the rooms."""

import asyncio
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.web.attempts import Attempts
from gateway.web.base import SAFE_METHODS
from gateway.web.json_api import ApiError
from gateway.web.sessions import Sessions, cookie_name, set_cookie

PageRole = Literal["technician", "reader"]
"""Who has logged in: one who may do everything, or one who may only look."""

CSRF_HEADER = "x-csrf-token"

_SESSIONS_MOST = 64
_REVIEW_S = 10.0
"""How soon an open stream ends after its session."""

_CHECKS_MOST = 4
"""Codes that are checked or wait for it; each check takes a core for a tenth of a second or more."""


class CodeChecker(Protocol):
    """Knows the codes of the roles."""

    async def role_of(self, code: str) -> PageRole | None:
        """Return the role that a code belongs to; None if it is wrong."""
        ...


class OpenSession(NamedTuple):
    """A session that is open, and the token that its requests carry when they change something."""

    id: str
    role: PageRole
    csrf: str


class PageLogin:
    """Opens, recognises and ends sessions.

    Args:
        checker: Knows the codes.
        tls: Whether the page is served over TLS.
        now_s: A monotonic clock.
    """

    def __init__(self, checker: CodeChecker, *, tls: bool, now_s: Callable[[], float] = time.monotonic) -> None:
        self._checker, self._tls, self._now_s = checker, tls, now_s
        self._sessions = Sessions(most=_SESSIONS_MOST)
        self._attempts = Attempts()
        self._secret = secrets.token_bytes(32)
        self._checks = 0

    async def open(self, code: str, address: str) -> OpenSession:
        """Open a session for a code, typed at an address.

        Raises:
            ApiError: 401, the code is wrong; 429, there were too many attempts.
        """
        wait_s = 1.0 if self._checks >= _CHECKS_MOST else self._attempts.begin(address, self._now_s())
        if wait_s > 0:
            raise TooManyAttempts(wait_s)
        self._checks += 1
        try:
            role = await self._checker.role_of(code)
        finally:
            self._checks -= 1
        if role is None:
            raise ApiError(401, "the code is wrong; it is on the gateway's label", "codice errato; è sull'etichetta del gateway")
        self._attempts.succeeded(address)
        return self._session(self._sessions.open(role, self._now_s()), role)

    def session_of(self, request: Request) -> OpenSession | None:
        """Return the session of a request and record its use; None without one."""
        session_id = request.cookies.get(cookie_name(tls=self._tls))
        role = self._sessions.user_of(session_id, self._now_s())
        if session_id is None or role not in ("technician", "reader"):
            return None
        return self._session(session_id, "technician" if role == "technician" else "reader")

    def lasts(self, session: OpenSession) -> bool:
        """Return whether a session is still open, without using it."""
        return self._sessions.lasts(session.id, self._now_s())

    def close(self, session: OpenSession) -> None:
        """End a session."""
        self._sessions.close(session.id)

    def close_all_of(self, role: PageRole) -> None:
        """End all sessions of a role, because its code has changed."""
        self._sessions.close_all_of(role)

    def cookie(self, session: OpenSession | None) -> dict[str, str]:
        """Return the header that gives a browser its session, or takes it away."""
        return {"set-cookie": set_cookie(session.id if session is not None else "", tls=self._tls)}

    def _session(self, session_id: str, role: PageRole) -> OpenSession:
        return OpenSession(session_id, role, hmac.new(self._secret, session_id.encode(), "sha256").hexdigest())


class TooManyAttempts(ApiError):
    """The source of an attempt must wait; `wait_s` says how long."""

    def __init__(self, wait_s: float) -> None:
        self.wait_s = max(1, round(wait_s))
        super().__init__(
            429, f"too many attempts; wait {self.wait_s} s and try again", f"troppi tentativi; attendi {self.wait_s} s e riprova"
        )
        self.headers = {"retry-after": str(self.wait_s)}

    def more(self) -> dict[str, object]:
        """Return what the error's JSON has besides the sentence in English."""
        return super().more() | {"wait_s": self.wait_s}


def check_token(request: Request, session: OpenSession) -> None:
    """Check that a request that changes something comes from the page itself.

    Raises:
        ApiError: 403, because its token is missing or another.
    """
    given = request.headers.get(CSRF_HEADER, "")
    if request.method not in SAFE_METHODS and not hmac.compare_digest(given.encode(), session.csrf.encode()):
        it = f"l'intestazione {CSRF_HEADER} manca o è errata; ricarica la pagina"
        raise ApiError(403, f"the header {CSRF_HEADER} is missing or wrong; load the page again", it)


class Guard:
    """Lets only requests with a session through to the rooms; readers may only look."""

    def __init__(self, app: ASGIApp, login: PageLogin) -> None:
        self._app, self._login = app, login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or answer it with an error."""
        request = Request(scope, receive)
        session = self._login.session_of(request)
        if session is None:
            raise ApiError(401, "log in first, with the code on the label", "prima accedi, con il codice sull'etichetta")
        check_token(request, session)
        if request.method not in SAFE_METHODS and session.role != "technician":
            it = "questo codice permette solo di guardare; accedi con quello del tecnico"
            raise ApiError(403, "this code may only look; log in with the technician's", it)
        await self._app(scope, self._until_it_ends(session, receive), send)

    def _until_it_ends(self, session: OpenSession, receive: Receive) -> Receive:
        """Return a `receive` that reports the client as gone when the session has ended: so an open stream ends, too."""

        async def receive_or_end() -> Message:
            waiting = asyncio.ensure_future(receive())
            try:
                while not (await asyncio.wait((waiting,), timeout=_REVIEW_S))[0]:
                    if not self._login.lasts(session):
                        return {"type": "http.disconnect"}
                return waiting.result()
            finally:
                waiting.cancel()

        return receive_or_end
