"""The identity of a gateway: its private key, which is born here and stays here, its certificate, and the authority that it trusts.

The folder has `identity.pem`, key and certificate in one file so that they never differ, `authority.pem`, and, while a request waits for
its answer, `pending.json` for an enrolment and `renewal.json` for a renewal. The two go their own ways: the centre may ask for a renewal
at any time, also while somebody brings the request of an enrolment to the authority. Whoever changes the folder locks it: page, commands
and renewal may work at the same time.
"""

import os
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import msgspec

from gateway.host.files import SecretError, check_secret, heir_of, locked, write_whole
from gateway.trust import openssl
from gateway.trust.enrolment import EnrolmentAnswer, EnrolmentRequest, Invitation, is_proof, proof, to_sign

IDENTITY, AUTHORITY, PENDING, RENEWAL = "identity.pem", "authority.pem", "pending.json", "renewal.json"

_MAKERS = {PENDING: "'gateway trust enrol' with an invitation", RENEWAL: "'gateway trust renew'"}
_MAKERS_IT = {PENDING: "'gateway trust enrol' con un invito", RENEWAL: "'gateway trust renew'"}


class IdentityError(Exception):
    """The gateway gets no new identity; the message says why, and what to do, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.italian = italian


class Pending(msgspec.Struct, frozen=True):
    """A request that waits for its answer: the new key (PEM), and the code of the invitation; a renewal has none."""

    user: str
    key: bytes
    code: str = ""


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
        if not self.folder.exists():
            self._make_folder()
        with self._turn():
            return _proved(self._begin(PENDING, Pending(invitation.user, openssl.new_key(), invitation.code)))

    def waiting_request(self) -> EnrolmentRequest:
        """Return the request that waits for its answer, once more: for the same key, proved by the code of its invitation.

        Raises:
            IdentityError: None waits.
            OpensslError: openssl failed.
        """
        return _proved(self._pending(PENDING))

    def renewal(self) -> EnrolmentRequest:
        """Return the request for the certificate of a new key, signed by the present key. Until it is answered, that key stays the same.

        Raises:
            IdentityError: There is no present key.
        """
        with self._turn():
            present = self._present()
            waiting = self._pending(RENEWAL) if self.waits_for_renewal else None
            pending = waiting or self._begin(RENEWAL, Pending(openssl.common_name(present), openssl.new_key()))
            request = openssl.new_request(pending.key).decode()
            return EnrolmentRequest(pending.user, request, signature=openssl.signature(present, to_sign(pending.user, request)))

    @property
    def is_enrolled(self) -> bool:
        """Whether there is a key with a certificate."""
        return (self.folder / IDENTITY).exists()

    @property
    def waits_for_answer(self) -> bool:
        """Whether an enrolment was begun, and its answer has not come."""
        return (self.folder / PENDING).exists()

    @property
    def waits_for_renewal(self) -> bool:
        """Whether a renewal was requested, and its answer has not come."""
        try:
            self._pending(RENEWAL)
        except IdentityError:
            return False
        return True

    def accept(self, answer: EnrolmentAnswer) -> None:
        """Take the certificate of an answer into use, if it is the one that was requested.

        The answer to an enrolment also ends a renewal: that was of the identity before.

        Raises:
            IdentityError: It is not.
            OSError: The folder can't be written.
        """
        asked = PENDING if answer.code_proof or (self.waits_for_answer and not self.waits_for_renewal) else RENEWAL
        with self._turn():
            self._accept(answer, self._pending(asked))
            (self.folder / asked).unlink()
            (self.folder / RENEWAL).unlink(missing_ok=True)

    def _accept(self, answer: EnrolmentAnswer, pending: Pending) -> None:
        try:
            self._check(answer, pending)
        except openssl.OpensslError as error:
            raise IdentityError(
                f"the certificate in the answer is damaged ({error}): copy the answer again",
                f"il certificato nella risposta è danneggiato ({error}): copia di nuovo la risposta",
            ) from error
        if pending.code:
            self._write(AUTHORITY, answer.authority.encode(), mode=0o644)
        self._write(IDENTITY, pending.key + answer.certificate.encode())

    def _turn(self) -> AbstractContextManager[None]:
        """Keep others from changing the folder meanwhile, if there is one."""
        return locked(self.folder) if self.folder.exists() else nullcontext()

    def _make_folder(self) -> None:
        heir = heir_of(self.folder.parent)
        self.folder.mkdir(mode=0o700, parents=True)
        if heir is not None:
            os.chown(self.folder, *heir)

    def _begin(self, name: str, pending: Pending) -> Pending:
        self._write(name, msgspec.json.encode(pending))
        return pending

    def _write(self, name: str, content: bytes, mode: int = 0o600) -> None:
        """Write a file for the user of the folder, as whom the gateway runs, also if root enrols it."""
        write_whole(self.folder / name, content, mode=mode, owner=heir_of(self.folder))

    def _check(self, answer: EnrolmentAnswer, pending: Pending) -> None:
        certificate = answer.certificate.encode()
        if not pending.code:
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

    def _pending(self, name: str) -> Pending:
        file = self.folder / name
        if not file.exists():
            raise IdentityError(
                f"no request of {self.folder} waits for an answer: {_MAKERS[name]} makes one",
                f"nessuna richiesta di {self.folder} attende una risposta: ne crea una {_MAKERS_IT[name]}",
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


def _proved(pending: Pending) -> EnrolmentRequest:
    """Return a request for a pending key, proved by the code of its invitation."""
    request = openssl.new_request(pending.key).decode()
    return EnrolmentRequest(pending.user, request, code_proof=proof(pending.code, "request", pending.user, request))
