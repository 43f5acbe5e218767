"""The login of the technician's page: sessions by the code of the gateway's label, and a guard in front of the rooms."""

import hmac
import secrets
import time
from collections.abc import Callable
from typing import Literal, NamedTuple, Protocol

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.web.base import SAFE_METHODS
from gateway.web.guarding import SecretChecks, check_token, until_it_ends
from gateway.web.json_api import ApiError
from gateway.web.sessions import Sessions, cookie_name, set_cookie

PageRole = Literal["technician", "reader"]
"""Who has logged in: one who may do everything, or one who may only look."""

_SESSIONS_MOST = 64


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
        self._checks = SecretChecks(now_s)
        self._secret = secrets.token_bytes(32)

    async def open(self, code: str, address: str) -> OpenSession:
        """Open a session for a code, typed at an address.

        Raises:
            ApiError: 401, the code is wrong; 429, there were too many attempts.
        """
        role: PageRole | None = await self._checks.owner_of(lambda: self._checker.role_of(code), address)
        if role is None:
            raise ApiError(401, "the code is wrong; it is on the gateway's label", "codice errato; è sull'etichetta del gateway")
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
        check_token(request, session.csrf)
        if request.method not in SAFE_METHODS and session.role != "technician":
            it = "questo codice permette solo di guardare; accedi con quello del tecnico"
            raise ApiError(403, "this code may only look; log in with the technician's", it)
        await self._app(scope, until_it_ends(lambda: self._login.lasts(session), receive), send)
