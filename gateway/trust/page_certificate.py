"""The certificate of a gateway's page: its own key, certified by the site's authority on the word of the gateway's identity.

Beside the identity are `page.pem`, key and certificate in one file, and, while a request waits for its answer, `page-pending.pem`, the new
key.
"""

from pathlib import Path

from gateway.host.files import SecretError, check_secret, heir_of, write_whole
from gateway.trust import openssl
from gateway.trust.enrolment import EnrolmentRequest, to_sign
from gateway.trust.identity import AUTHORITY, IDENTITY, IdentityError

PAGE, PAGE_PENDING = "page.pem", "page-pending.pem"


class PageCertificate:
    """The certificate of the page, in the folder of the gateway's identity."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def request(self) -> EnrolmentRequest:
        """Return the request for a certificate of a new key, signed by the identity's. Until it is answered, the new key stays the same.

        Raises:
            IdentityError: There is no identity.
            OSError: The folder can't be written.
            OpensslError: openssl failed.
        """
        identity = self._identity()
        user, pending = openssl.common_name(identity), self._folder / PAGE_PENDING
        if not pending.exists():
            self._write(PAGE_PENDING, openssl.new_key())
        request = openssl.new_request(pending.read_bytes()).decode()
        return EnrolmentRequest(user, request, signature=openssl.signature(identity, to_sign(user, request, page=True)))

    def accept(self, certificate: bytes) -> None:
        """Take a certificate (PEM) into use, if it is the one that was requested.

        Raises:
            IdentityError: It is not.
            OSError: The folder can't be written.
        """
        pending = self._folder / PAGE_PENDING
        if not pending.exists():
            raise IdentityError("no request for the page waits for an answer", "nessuna richiesta per la pagina attende una risposta")
        key = pending.read_bytes()
        try:
            if openssl.certified_key(certificate) != openssl.public_key(key):
                raise IdentityError("the certificate of the page is for another key", "il certificato della pagina è per un'altra chiave")
            if not openssl.is_signed_by(certificate, (self._folder / AUTHORITY).read_bytes(), "sslserver"):
                raise IdentityError(
                    "the certificate of the page is not signed by the authority that this gateway trusts",
                    "il certificato della pagina non è firmato dall'autorità di cui questo gateway si fida",
                )
        except openssl.OpensslError as error:
            raise IdentityError(
                f"the certificate of the page is damaged: {error}", f"il certificato della pagina è danneggiato: {error}"
            ) from error
        self._write(PAGE, key + certificate)
        pending.unlink()

    @property
    def waits(self) -> bool:
        """Whether a request was made, and its answer has not come."""
        return (self._folder / PAGE_PENDING).exists()

    def _identity(self) -> bytes:
        file = self._folder / IDENTITY
        try:
            check_secret(file)
        except SecretError as error:
            raise IdentityError(str(error), str(error)) from error
        return file.read_bytes()

    def _write(self, name: str, content: bytes) -> None:
        write_whole(self._folder / name, content, owner=heir_of(self._folder))
