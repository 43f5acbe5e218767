"""The identity of a gateway: its private key, which is born here and stays here, its certificate, and the authority that it trusts.

The folder has `identity.pem`, key and certificate in one file so that they never differ, `authority.pem`, and, while a request waits for
its answer, `pending.json`.
"""

import os
from pathlib import Path

import msgspec

from gateway.host.files import SecretError, check_secret, heir_of, write_whole
from gateway.trust import openssl
from gateway.trust.enrolment import EnrolmentAnswer, EnrolmentRequest, Invitation, is_proof, proof, to_sign

IDENTITY, AUTHORITY, PENDING = "identity.pem", "authority.pem", "pending.json"


class IdentityError(Exception):
    """The gateway gets no new identity; the message says why, and what to do, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.italian = italian


class Pending(msgspec.Struct, frozen=True):
    """A request that waits for its answer: the new key (PEM), and the code of the invitation, or none for a renewal."""

    user: str
    key: bytes
    code: str | None


class GatewayIdentity:
    """The identity in a folder, which may have none yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def request(self, invitation: Invitation) -> EnrolmentRequest:
        """Make a key, and return the request for its certificate. An earlier request can't be answered any more.

        Raises:
            OSError: The folder can't be written.
            OpensslError: openssl failed.
        """
        return _proved(self._begin(invitation.user, invitation.code), invitation.code)

    def waiting_request(self) -> EnrolmentRequest:
        """Return the request that waits for its answer, once more: for the same key, proved by the code of its invitation.

        Raises:
            IdentityError: None waits, or it is a renewal.
            OpensslError: openssl failed.
        """
        pending = self._pending()
        if pending.code is None:
            raise IdentityError(
                "a renewal waits for its answer: the centre asks for it again over MQTT",
                "un rinnovo attende la risposta: il centro lo richiede di nuovo via MQTT",
            )
        return _proved(pending, pending.code)

    def renewal(self) -> EnrolmentRequest:
        """Return the request for the certificate of a new key, signed by the present key. Until it is answered, that key stays the same.

        Raises:
            IdentityError: There is no present key.
        """
        present = self._present()
        pending = self._pending() if self.waits_for_renewal else self._begin(openssl.common_name(present), None)
        request = openssl.new_request(pending.key).decode()
        return EnrolmentRequest(pending.user, request, signature=openssl.signature(present, to_sign(pending.user, request)))

    @property
    def is_enrolled(self) -> bool:
        """Whether there is a key with a certificate."""
        return (self.folder / IDENTITY).exists()

    @property
    def waits_for_answer(self) -> bool:
        """Whether a certificate was requested, and the answer has not come."""
        return (self.folder / PENDING).exists()

    @property
    def waits_for_renewal(self) -> bool:
        """Whether a renewal was requested, and its answer has not come."""
        if not self.waits_for_answer:
            return False
        try:
            return self._pending().code is None
        except IdentityError:
            return False

    def accept(self, answer: EnrolmentAnswer) -> None:
        """Take the certificate of an answer into use, if it is the one that was requested.

        Raises:
            IdentityError: It is not.
            OSError: The folder can't be written.
        """
        pending = self._pending()
        try:
            self._check(answer, pending)
        except openssl.OpensslError as error:
            raise IdentityError(
                f"the certificate in the answer is damaged ({error}): copy the answer again",
                f"il certificato nella risposta è danneggiato ({error}): copia di nuovo la risposta",
            ) from error
        if pending.code is not None:
            self._write(AUTHORITY, answer.authority.encode(), mode=0o644)
        self._write(IDENTITY, pending.key + answer.certificate.encode())
        (self.folder / PENDING).unlink()

    def _begin(self, user: str, code: str | None) -> Pending:
        if not self.folder.exists():
            heir = heir_of(self.folder.parent)
            self.folder.mkdir(mode=0o700, parents=True)
            if heir is not None:
                os.chown(self.folder, *heir)
        pending = Pending(user, openssl.new_key(), code)
        self._write(PENDING, msgspec.json.encode(pending))
        return pending

    def _write(self, name: str, content: bytes, mode: int = 0o600) -> None:
        """Write a file for the user of the folder, as whom the gateway runs, also if root enrols it."""
        write_whole(self.folder / name, content, mode=mode, owner=heir_of(self.folder))

    def _check(self, answer: EnrolmentAnswer, pending: Pending) -> None:
        certificate = answer.certificate.encode()
        if pending.code is None:
            authority = (self.folder / AUTHORITY).read_bytes()
        else:
            authority = answer.authority.encode()
            if not is_proof(answer.code_proof, pending.code, "answer", answer.user, answer.certificate, answer.authority):
                raise IdentityError(
                    "the answer was not made with the code of the invitation: it is not from the authority that invited",
                    "la risposta non è stata fatta con il codice dell'invito: non viene dall'autorità che ha invitato",
                )
        if openssl.certified_key(certificate) != openssl.public_key(pending.key):
            raise IdentityError(
                "the answer is to another request: only the newest request of a gateway can be answered",
                "la risposta è a un'altra richiesta: vale solo quella all'ultima richiesta del gateway",
            )
        if openssl.common_name(certificate) != pending.user:
            name = openssl.common_name(certificate)
            raise IdentityError(
                f"the certificate is for '{name}', not for '{pending.user}'", f"il certificato è per '{name}', non per '{pending.user}'"
            )
        if not openssl.is_signed_by(certificate, authority):
            raise IdentityError(
                "the certificate is not signed by the authority that this gateway trusts",
                "il certificato non è firmato dall'autorità di cui questo gateway si fida",
            )

    def _pending(self) -> Pending:
        file = self.folder / PENDING
        if not file.exists():
            raise IdentityError(
                f"no request of {self.folder} waits for an answer: 'gateway trust enrol' with an invitation makes one",
                f"nessuna richiesta di {self.folder} attende una risposta: ne crea una 'gateway trust enrol' con un invito",
            )
        try:
            return msgspec.json.decode(file.read_bytes(), type=Pending)
        except msgspec.DecodeError as error:
            raise IdentityError(
                f"{file} is damaged: enrol with a new invitation", f"{file} è danneggiato: registrati con un nuovo invito"
            ) from error

    def _present(self) -> bytes:
        file = self.folder / IDENTITY
        if not file.exists():
            raise IdentityError(
                f"{self.folder} has no identity to renew: enrol with an invitation first",
                f"{self.folder} non ha un'identità da rinnovare: prima registrati con un invito",
            )
        try:
            check_secret(file)
        except SecretError as error:
            raise IdentityError(str(error), str(error)) from error
        return file.read_bytes()


def _proved(pending: Pending, code: str) -> EnrolmentRequest:
    """Return a request for a pending key, proved by the code of an invitation."""
    request = openssl.new_request(pending.key).decode()
    return EnrolmentRequest(pending.user, request, code_proof=proof(code, "request", pending.user, request))
