"""Who uses the operator's page: everybody on this machine, users with passwords, or those whom a proxy in front has authenticated."""

import hmac
import logging
import secrets
import time
from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple, Protocol

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.host.files import SecretError
from gateway.host.threads import OneThread
from gateway.web.base import SAFE_METHODS
from gateway.web.guarding import SecretChecks, check_token, until_it_ends
from gateway.web.json_api import ApiError
from gateway.web.operator.users import ConsoleUser, UserRole, is_user_name
from gateway.web.sessions import Sessions, cookie_name, set_cookie

log = logging.getLogger(__name__)

_IDLE_S, _ABSOLUTE_S = 8 * 3600.0, 24 * 3600.0
"""A page in a control room is open for a shift; its stream uses no requests."""


class KnownUsers(Protocol):
    """Knows users and passwords. Methods raise SecretError or ValueError if it can't say."""

    def find(self, name: str) -> ConsoleUser | None:
        """Return a user as it is now; None if there is no such user."""
        ...

    def with_password(self, name: str, password: str) -> ConsoleUser | None:
        """Return a user who has a password; None for a wrong name or password. Takes a tenth of a second: call it in a thread."""
        ...


class TrustedProxy(NamedTuple):
    """A proxy in front of the page, which authenticates people.

    `header` has the name of the user; it is believed from `addresses` alone. Users in `operators` are operators, others viewers.
    """

    header: str
    addresses: Sequence[IPv4Address | IPv6Address]
    operators: Sequence[str]

    def user_of(self, request: Request) -> str | None:
        """Return the name of the user of a request; None if it does not come from the proxy, or has no name or several."""
        names = request.headers.getlist(self.header)
        if len(names) != 1 or not is_user_name(names[0]) or _address_of(request) not in self.addresses:
            return None
        return names[0]

    def role_of(self, name: str) -> UserRole:
        """Return the role of a user."""
        return "operator" if name in self.operators else "viewer"


class PageUser(NamedTuple):
    """Who makes a request.

    `name` is None where nobody logs in, `session` where there is no session that could end. `csrf` is the token of requests that change
    something, `login` what must stay as it was at the login: name and password.
    """

    name: str | None
    role: UserRole
    csrf: str
    session: str | None = None
    login: str = ""


class ConsoleLogin:
    """Opens, recognises and ends sessions, and knows the users of a proxy. With neither users nor proxy, everybody is an operator.

    Args:
        users: Users with passwords, if there are any.
        proxy: The proxy that authenticates others, if there is one.
        thread: Where passwords are checked.
        tls: Whether the page is served over TLS.
        now_s: A monotonic clock.
        absolute_s: A session ends so long after the login, used or not.
    """

    def __init__(
        self,
        users: KnownUsers | None,
        proxy: TrustedProxy | None,
        thread: OneThread,
        *,
        tls: bool,
        now_s: Callable[[], float] = time.monotonic,
        absolute_s: float = _ABSOLUTE_S,
    ) -> None:
        self._users, self._proxy, self._thread, self._tls, self._now_s = users, proxy, thread, tls, now_s
        self._sessions = Sessions(idle_s=_IDLE_S, absolute_s=absolute_s)
        self._checks = SecretChecks(now_s)
        self._secret = secrets.token_bytes(32)

    @property
    def has_passwords(self) -> bool:
        """Whether people log in with passwords."""
        return self._users is not None

    async def open(self, name: str, password: str, address: str) -> PageUser:
        """Open a session for a user, who typed a password at an address.

        Raises:
            ApiError: 401, the name or the password is wrong; 404, there are no passwords; 429, too many attempts; 503, the file of the
                users can't be read.
        """
        users = self._users
        if users is None:
            raise ApiError(404, "this page has no users with passwords", "questa pagina non ha utenti con password")

        try:
            user = await self._checks.owner_of(lambda: self._thread.run(users.with_password, name, password), address)
        except (SecretError, ValueError) as error:
            log.warning("cannot check passwords: %s", error)
            it = "gli utenti non si possono leggere; il registro del server dice perché"
            raise ApiError(503, "the users can't be read; the server's log says why", it) from error
        if user is None:
            log.warning("a login of %r from %s failed", name, address)
            raise ApiError(401, "the name or the password is wrong", "nome o password errati")
        log.info("%s has logged in from %s as %s", name, address, user.role)
        owner = f"{name} {user.password}"
        session = self._sessions.open(owner, self._now_s())
        return PageUser(name, user.role, self._token(session), session, owner)

    def user_of(self, request: Request) -> PageUser | None:
        """Return who makes a request, and record the use of the session; None if nobody is known."""
        if self._users is None and self._proxy is None:
            return PageUser(None, "operator", self._token(""))
        name = self._proxy.user_of(request) if self._proxy is not None else None
        if self._proxy is not None and name is not None:
            return PageUser(name, self._proxy.role_of(name), self._token(f"proxy {name}"))
        session = request.cookies.get(cookie_name(tls=self._tls))
        owner = self._sessions.user_of(session, self._now_s())
        role = self._role_now(owner) if owner is not None else None
        if session is None or owner is None or role is None:
            return None
        return PageUser(owner.partition(" ")[0], role, self._token(session), session, owner)

    def lasts(self, user: PageUser) -> bool:
        """Return whether a user may still use the page, without using the session."""
        return user.session is None or (self._sessions.lasts(user.session, self._now_s()) and self._role_now(user.login) is not None)

    def close(self, user: PageUser) -> None:
        """End the session of a user, if there is one."""
        if user.session is not None:
            self._sessions.close(user.session)

    def cookie(self, user: PageUser | None) -> dict[str, str]:
        """Return the header that gives a browser its session, or takes it away."""
        return {"set-cookie": set_cookie((user.session or "") if user is not None else "", tls=self._tls)}

    def _role_now(self, owner: str) -> UserRole | None:
        """Return the role of a session's owner now; None if the user or the password has changed, or the file can't be read."""
        name, _, password = owner.partition(" ")
        try:
            user = self._users.find(name) if self._users is not None else None
        except (SecretError, ValueError) as error:
            log.warning("cannot recognise %s: %s", name, error)
            return None
        return user.role if user is not None and user.password == password else None

    def _token(self, of: str) -> str:
        return hmac.new(self._secret, of.encode(), "sha256").hexdigest()


class UserGuard:
    """Lets only requests of known users through to the routes; viewers may only look."""

    def __init__(self, app: ASGIApp, login: ConsoleLogin) -> None:
        self._app, self._login = app, login

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request, or answer it with an error."""
        request = Request(scope, receive)
        user = self._login.user_of(request)
        if user is None:
            raise ApiError(401, "log in first", "prima accedi")
        check_token(request, user.csrf)
        if request.method not in SAFE_METHODS and user.role != "operator":
            raise ApiError(
                403,
                "viewers may only look; an operator may do this",
                "chi ha il ruolo 'viewer' può solo guardare; serve il ruolo 'operator'",
            )
        await self._app(scope, until_it_ends(lambda: self._login.lasts(user), receive), send)


def _address_of(request: Request) -> IPv4Address | IPv6Address | None:
    """Return the address that a request comes from; that of IPv4 also on a socket of IPv6."""
    if request.client is None:
        return None
    try:
        address = ip_address(request.client.host.partition("%")[0])
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address
