"""The renewal of the gateway's certificate: the centre asks for it, as its clock is right, and answers the request."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from pathlib import Path

import msgspec

from gateway.model.messages import RenewalRequest, RenewedCertificate
from gateway.model.site.connection import TlsSettings
from gateway.trust.enrolment import EnrolmentAnswer
from gateway.trust.identity import IDENTITY, GatewayIdentity, IdentityError
from gateway.trust.openssl import OpensslError
from gateway.trust.page_certificate import PageCertificate

log = logging.getLogger(__name__)


def renewable_identity(tls: TlsSettings) -> GatewayIdentity | None:
    """Return the identity that a connection uses, if `gateway trust enrol` has made it."""
    if tls.cert is None or tls.cert != tls.key or Path(tls.cert).name != IDENTITY:
        return None
    return GatewayIdentity(Path(tls.cert).parent)


class CertificateRenewal:
    """Requests a new certificate, and takes it into use: the next connection has it.

    openssl runs in a thread, once at a time. The gateway's clock does not matter. The same for the page's.
    """

    def __init__(self, identity: GatewayIdentity, publish: Callable[[bytes], object]) -> None:
        self._identity, self._publish = identity, publish
        self._page = PageCertificate(identity.folder)
        self._turn = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    def request(self) -> None:
        """Request a new certificate, as the centre has asked."""
        self._start(self._request())

    def request_page(self) -> None:
        """Request a certificate for the page, as the centre has asked. Also without a page: then that can be turned on at once."""
        self._start(self._request_page())

    def resume(self) -> None:
        """Send a request again whose answer was lost, for example when the gateway was restarted."""
        if self._identity.waits_for_renewal:
            self.request()
        if self._page.waits:
            self.request_page()

    def accept(self, answer: RenewedCertificate) -> None:
        """Accept the answer of the centre."""
        self._start(self._accept_page(answer.certificate) if answer.page else self._accept(answer.certificate))

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _request(self) -> None:
        async with self._turn:
            try:
                made = await asyncio.to_thread(self._identity.renewal)
            except (IdentityError, OpensslError, OSError) as error:
                log.warning("can't renew the certificate: %s", error)
                return
        self._publish(msgspec.json.encode(RenewalRequest(made.request, made.signature)))

    async def _request_page(self) -> None:
        async with self._turn:
            try:
                made = await asyncio.to_thread(self._page.request)
            except (IdentityError, OpensslError, OSError) as error:
                log.warning("can't request a certificate for the page: %s", error)
                return
        self._publish(msgspec.json.encode(RenewalRequest(made.request, made.signature, page=True)))

    async def _accept_page(self, certificate: str) -> None:
        async with self._turn:
            if not self._page.waits:  # a second answer to one request
                return
            try:
                await asyncio.to_thread(self._page.accept, certificate.encode())
            except (IdentityError, OpensslError, OSError) as error:
                log.warning("the certificate of the page is not used: %s", error)
                return
        log.info("the page has a new certificate")

    async def _accept(self, certificate: str) -> None:
        async with self._turn:
            if not self._identity.waits_for_renewal:  # a second answer to one request
                return
            try:
                await asyncio.to_thread(self._identity.accept, EnrolmentAnswer("", certificate, ""))
            except (IdentityError, OpensslError, OSError) as error:
                log.warning("the renewed certificate is not used: %s", error)
                return
        log.info("the certificate is renewed")
