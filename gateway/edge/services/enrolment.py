"""Enrols the running gateway, for `gateway.web.technician.enrolment_routes`; `gateway trust enrol` does the same without the page."""

import asyncio
import contextlib
from collections.abc import Iterator

from gateway.config.problems import ConfigError
from gateway.config.site_file import site_of_text
from gateway.edge.renewal import renewable_identity
from gateway.edge.services.parts import Present
from gateway.host.certificate import ends_ms
from gateway.staging.configuration import Configuration
from gateway.staging.store import LedgerDamaged
from gateway.staging.yaml_edit import set_key
from gateway.staging.yaml_spans import EditError
from gateway.staging.yaml_text import Plain
from gateway.trust.enrolment import EnrolmentAnswer, EnrolmentRequest, Invitation, UnreadableFile, code_as_typed, file_of, parse
from gateway.trust.identity import AUTHORITY, IDENTITY, GatewayIdentity, IdentityError
from gateway.trust.openssl import OpensslError
from gateway.web.json_api import ApiError
from gateway.web.technician.enrolment_routes import EnrolmentView

FOLDER = "identity"
"""The name of the identity's folder in the folder `state`, unless the site file names another."""


class LocalEnrolment:
    """Enrols a gateway, one step at a time. openssl runs in a thread."""

    def __init__(self, present: Present, configuration: Configuration) -> None:
        self._present, self._configuration = present, configuration
        self._turn = asyncio.Lock()

    async def view(self) -> EnrolmentView:
        """Return how far the enrolment is."""
        return await asyncio.to_thread(self._view)

    async def begin(self, code: str) -> EnrolmentView:
        """Make a key and a request with the code of an invitation."""
        typed = code_as_typed(code)
        if typed is None:
            raise ApiError(
                400,
                "this is no code: it has four groups of five letters and digits, for example 4F7QA-0KX9P-ZZ2TM-81WEC",
                "questo non è un codice: ha quattro gruppi di cinque lettere e cifre, per esempio 4F7QA-0KX9P-ZZ2TM-81WEC",
            )
        return await self._step(Invitation(self._user, typed, 0))

    async def accept(self, content: bytes) -> EnrolmentView:
        """Do what a file of an enrolment is for: begin with an invitation, or take the certificate of an answer into use."""
        try:
            part = parse(content)
        except UnreadableFile as error:
            raise ApiError(400, f"this {error}", "questo non è un file di una registrazione: né invito né risposta") from error
        if isinstance(part, EnrolmentRequest):
            raise ApiError(
                400,
                "this is the request: bring it to the centre, for 'gateway trust issue', and choose its answer here",
                "questa è la richiesta: portala al centro, per 'gateway trust issue', e scegli qui la risposta",
            )
        return await self._step(part)

    async def request(self) -> bytes:
        """Return the file of the request that waits for its answer."""
        with _refusals():
            return file_of(await asyncio.to_thread(self._identity.waiting_request))

    async def _step(self, part: Invitation | EnrolmentAnswer) -> EnrolmentView:
        if part.user != self._user:
            raise ApiError(
                409,
                f"this is for {part.user}, but the site file is that of {self._user}",
                f"questo è per {part.user}, ma il file del sito è di {self._user}",
            )
        with _refusals():
            async with self._turn:
                return await asyncio.to_thread(self._done, part)

    def _done(self, part: Invitation | EnrolmentAnswer) -> EnrolmentView:
        identity = self._identity
        if isinstance(part, Invitation):
            identity.request(part)
            return self._view()
        identity.accept(part)
        view = self._view()
        view.staged = not view.in_use and self._stage(identity)
        return view

    def _view(self) -> EnrolmentView:
        identity = self._identity
        return EnrolmentView(
            user=self._user,
            state="waiting" if identity.waits_for_answer else "enrolled" if identity.is_enrolled else "none",
            ends_ms=_ends_ms(identity),
            in_use=renewable_identity(self._present().site.uplink.tls) is not None,
        )

    def _stage(self, identity: GatewayIdentity) -> bool:
        """Put the identity into the staged site file; return False if a person has to edit it, such as for a broker without TLS."""
        folder = identity.folder.absolute()
        wanted: dict[str | int, Plain] = {"ca": f"{folder}/{AUTHORITY}", "cert": f"{folder}/{IDENTITY}", "key": f"{folder}/{IDENTITY}"}
        staged, store = self._configuration.ledger.staged, self._configuration.store
        try:
            text = set_key(store.site_text() if staged is None else store.text(staged.hash), "uplink.tls", wanted)
            site_of_text(text, str(self._present().site.file))
        except (ConfigError, EditError):
            return False
        self._configuration.stage(text, "technician")
        return True

    @property
    def _identity(self) -> GatewayIdentity:
        site = self._present().site
        return renewable_identity(site.uplink.tls) or GatewayIdentity(site.state / FOLDER)

    @property
    def _user(self) -> str:
        return self._present().site.id.user


def _ends_ms(identity: GatewayIdentity) -> int | None:
    file = identity.folder / IDENTITY
    with contextlib.suppress(OSError, ValueError):
        return ends_ms(file)
    return None


@contextlib.contextmanager
def _refusals() -> Iterator[None]:
    """Turn errors that a person can do something about into answers of the API."""
    try:
        yield
    except IdentityError as error:
        raise ApiError(409, str(error), error.italian) from error
    except (OpensslError, LedgerDamaged, OSError) as error:
        raise ApiError(503, f"the gateway can't enrol: {error}", f"il gateway non può registrarsi: {error}") from error
