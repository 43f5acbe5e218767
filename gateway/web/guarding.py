"""What guards a page's API: few checks of secrets at a time, a token in requests that change something, and the end of streams."""

import asyncio
import hmac
from collections.abc import Awaitable, Callable
from typing import TypeVar

from starlette.requests import Request
from starlette.types import Message, Receive

from gateway.web.attempts import Attempts
from gateway.web.base import SAFE_METHODS
from gateway.web.json_api import ApiError

CSRF_HEADER = "x-csrf-token"

_REVIEW_S = 10.0
"""How soon an open stream ends after its session."""

_CHECKS_MOST = 4
"""Secrets that are checked or wait for it; each check takes a core for a tenth of a second or more."""

Owner = TypeVar("Owner")


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


class SecretChecks:
    """Checks codes or passwords that people type: few at a time, and those who guess must wait.

    Args:
        now_s: A monotonic clock.
    """

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._attempts = Attempts()
        self._checks = 0

    async def owner_of(self, check: Callable[[], Awaitable[Owner | None]], address: str) -> Owner | None:
        """Return what `check` finds out: whose secret it is that was typed at an address, None if it is nobody's.

        Raises:
            TooManyAttempts: 429; it was not checked.
        """
        wait_s = 1.0 if self._checks >= _CHECKS_MOST else self._attempts.begin(address, self._now_s())
        if wait_s > 0:
            raise TooManyAttempts(wait_s)
        self._checks += 1
        try:
            owner = await check()
        finally:
            self._checks -= 1
        if owner is not None:
            self._attempts.succeeded(address)
        return owner


def check_token(request: Request, token: str) -> None:
    """Check that a request that changes something comes from the page itself.

    Raises:
        ApiError: 403, because its token is missing or another.
    """
    given = request.headers.get(CSRF_HEADER, "")
    if request.method not in SAFE_METHODS and not hmac.compare_digest(given.encode(), token.encode()):
        it = f"l'intestazione {CSRF_HEADER} manca o è errata; ricarica la pagina"
        raise ApiError(403, f"the header {CSRF_HEADER} is missing or wrong; load the page again", it)


def until_it_ends(lasts: Callable[[], bool], receive: Receive) -> Receive:
    """Return a `receive` that reports the client as gone when its session has ended: so an open stream ends, too."""

    async def receive_or_end() -> Message:
        waiting = asyncio.ensure_future(receive())
        try:
            while not (await asyncio.wait((waiting,), timeout=_REVIEW_S))[0]:
                if not lasts():
                    return {"type": "http.disconnect"}
            return waiting.result()
        finally:
            waiting.cancel()

    return receive_or_end
