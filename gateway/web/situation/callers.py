"""Who makes a request, whether it may make another one now, and what the log has of it."""

import logging
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.host import clock
from gateway.host.files import SecretError
from gateway.situation.lifecycle.parties import Actor, Parties
from gateway.web.attempts import source_of
from gateway.web.base import SAFE_METHODS
from gateway.web.situation.problem import ApiProblem, unavailable
from gateway.web.situation.rates import Allowance, RequestRates
from gateway.web.situation.signed.check import SignedTokens
from gateway.web.situation.signed.integrity import INTEGRITY_HEADER
from gateway.web.situation.tokens import TokenOwner, TokensFile

log = logging.getLogger(__name__)

_NOTES = "situation.notes"
_PATH_SHOWN = 200


class RequestNotes:
    """What becomes known of a request while it is served: who makes it, and what it may still do.

    Attributes:
        instance: The name of the request and its response, in the log and in errors.
        headers: More headers of the response.
    """

    def __init__(self) -> None:
        self.instance = f"urn:uuid:{uuid.uuid4()}"
        self.caller = "-"
        self.allowance: Allowance | None = None
        self.headers = dict[str, str]()


def notes_of(request: Request) -> RequestNotes:
    """Return the notes of a request."""
    notes: RequestNotes = request.scope[_NOTES]
    return notes


def with_notes(app: ASGIApp) -> ASGIApp:
    """Return the application with notes of each request, from which come headers and a line of the log (AgID, RAC_GEN_LOG_01)."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        notes = scope[_NOTES] = RequestNotes()

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                allowed = {} if notes.allowance is None else notes.allowance.headers()
                MutableHeaders(scope=message).update({**allowed, **notes.headers})
                client = scope["client"][0] if scope["client"] else "-"
                path = scope["path"][:_PATH_SHOWN].encode("ascii", "backslashreplace").decode()
                log.info("%s %s %s: %s, for %s at %s", notes.instance, scope["method"], path, message["status"], notes.caller, client)
            await send(message)

        await app(scope, receive, send_with_headers)

    return wrapped


class Caller(NamedTuple):
    """A program of an organisation that makes a request; `body_sha256` is the hash that the body must have, if it was signed."""

    organisation: str
    program: str
    may_act: bool
    lasts: Callable[[], bool]
    body_sha256: bytes | None = None

    @property
    def actor(self) -> Actor:
        """Who does what the request asks for."""
        return Actor(self.organisation, self.program)


class CallerCheck:
    """Recognises callers by their tokens, and counts what they ask for.

    Args:
        tokens: The file of tokens.
        signed: What recognises signed tokens, if a program signs them.
        parties: The organisations that take part; tokens of others count no more.
        rates: How often an organisation may ask.
        address_rates: How often an address may ask without a token, or with one that is not valid.
        now_s: A monotonic clock.
    """

    def __init__(
        self,
        tokens: TokensFile,
        signed: SignedTokens | None,
        parties: Parties,
        rates: RequestRates,
        address_rates: RequestRates,
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._tokens, self._signed, self._parties, self._now_s = tokens, signed, parties, now_s
        self._rates, self._address_rates = rates, address_rates

    def anybody(self, request: Request) -> None:
        """Count a request for which nobody needs a token.

        Raises:
            ApiProblem: 429; the address has asked too often.
        """
        self._count(request, self._address_rates, source_of(request.client.host if request.client else "-"))

    def caller_of(self, request: Request) -> Caller:
        """Return who makes a request.

        Raises:
            ApiProblem: 401, it has no valid token; 403, it may only read; 429, too many requests; 503, the token can't be checked now.
        """
        caller = self._recognised(request)
        if caller is None or self._parties.get(caller.organisation) is None:
            self.anybody(request)
            raise ApiProblem(
                401,
                "this needs a valid token: 'Authorization: Bearer …'; the operator of the Situation Room issues it",
                "serve un token valido: 'Authorization: Bearer …'; lo rilascia il gestore della Situation Room",
                headers={"www-authenticate": 'Bearer realm="situations"'},
            )
        notes_of(request).caller = f"{caller.organisation}/{caller.program}"
        self._count(request, self._rates, caller.organisation)
        if request.method not in SAFE_METHODS and not caller.may_act:
            raise ApiProblem(
                403,
                f"the token '{caller.program}' may only read: only that of an 'editor' may publish, change and answer",
                f"il token '{caller.program}' può solo leggere: solo quello di un 'editor' può pubblicare, modificare e rispondere",
            )
        return caller

    def _recognised(self, request: Request) -> Caller | None:
        given = request.headers.getlist("authorization")
        scheme, _, token = given[0].partition(" ") if len(given) == 1 else ("", "", "")
        if scheme.lower() != "bearer":
            return None
        if self._signed is not None and "." in token:
            return self._signer(self._signed, token.strip(), request)
        with _readable():
            owner = self._tokens.owner_of(token.strip(), clock.now_ms())
        if owner is None:
            return None
        if INTEGRITY_HEADER in request.headers:
            en = f"{INTEGRITY_HEADER} needs a signed token as Authorization"
            raise ApiProblem(400, en, f"{INTEGRITY_HEADER} richiede un token firmato come Authorization")
        return Caller(owner.organisation, owner.name, owner.token.role == "editor", lambda: self._lasts(owner))

    def _signer(self, signed: SignedTokens, token: str, request: Request) -> Caller:
        try:
            found = signed.accept(token, clock.now_ms())
            acts = request.method not in SAFE_METHODS
            body_sha256 = signed.signed_body(found, request.headers, clock.now_ms()) if acts else None
        except ApiProblem:
            self.anybody(request)
            raise
        program = found.program
        return Caller(
            program.organisation, program.name, program.role == "editor", lambda: signed.lasts(found, clock.now_ms()), body_sha256
        )

    def _lasts(self, owner: TokenOwner) -> bool:
        try:
            return self._tokens.lasts(owner, clock.now_ms())
        except (SecretError, ValueError) as error:
            log.warning("cannot recognise %s: %s", owner.organisation, error)
            return False

    def _count(self, request: Request, rates: RequestRates, source: str) -> None:
        allowance = notes_of(request).allowance = rates.take(source, self._now_s())
        if not allowance.allowed:
            raise ApiProblem(
                429,
                f"more than {allowance.limit} requests in a minute: try again in {allowance.retry_s} s",
                f"più di {allowance.limit} richieste al minuto: riprovare tra {allowance.retry_s} s",
            )


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except (SecretError, ValueError) as error:
        log.warning("cannot check tokens: %s", error)
        raise unavailable(
            "the tokens can't be read; the server's log says why",
            "i token non sono leggibili; il registro dice perché",
            60.0,
        ) from error
