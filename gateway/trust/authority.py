"""The authority of a site: it certifies gateways, processes, utilities and the broker, and revokes what it has certified.

Its folder has `authority.key` (only for its owner), `authority.pem`, `revoked.pem`, and `register.json`.
"""

import contextlib
import re
import secrets
from ipaddress import ip_address
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec

from gateway.config.scalar_readers import InvalidScalar, host_name
from gateway.host import certificate as x509
from gateway.host.files import SecretError, check_secret, heir_of, locked, write_whole
from gateway.model.topics import LEVEL
from gateway.trust import openssl
from gateway.trust.enrolment import EnrolmentAnswer, EnrolmentRequest, Invitation, is_proof, new_code, proof, to_sign
from gateway.trust.register import USER, CertificateRegister, IssuedCertificate, index_of_revoked, utc

CLIENT_DAYS, BROKER_DAYS, AUTHORITY_DAYS = 90, 365, 3650
_DAY_MS, _HOUR_MS = 86_400_000, 3_600_000

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 .-]{0,63}")


class TrustError(Exception):
    """Something is not certified or revoked; the message says why, and what to do, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.italian = italian


class BrokerIdentity(NamedTuple):
    """The private key of a broker and its certificate, as PEM."""

    key: bytes
    certificate: bytes


class Authority:
    """The authority in a folder.

    Raises:
        TrustError: The folder has none, or others can read its key.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()
        if not (self.folder / "register.json").exists():
            raise TrustError(
                f"{folder} has no authority: 'gateway trust init {folder}' makes one",
                f"{folder} non contiene un'autorità: la crea 'gateway trust init {folder}'",
            )
        try:
            check_secret(self.folder / "authority.key")
        except SecretError as error:
            raise TrustError(str(error), str(error)) from error

    @classmethod
    def create(cls, folder: Path, name: str, now_ms: int, days: int = AUTHORITY_DAYS) -> "Authority":
        """Make an authority in a folder.

        Raises:
            TrustError: There is one already, or the name can't be used.
            OpensslError: openssl failed.
            OSError: The folder can't be written.
        """
        if not _NAME.fullmatch(name):
            raise TrustError(
                f"'{name}' can't be the name of an authority: write letters, digits, spaces, '.' and '-', at most 64",
                f"'{name}' non può essere il nome di un'autorità: usa lettere, cifre, spazi, '.' e '-', al massimo 64",
            )
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise TrustError(
                f"{folder} is not empty: choose a new folder for the authority, or remove what a broken attempt left there",
                f"{folder} non è vuota: scegli una cartella nuova per l'autorità, o togli ciò che vi ha lasciato un tentativo interrotto",
            )
        key = openssl.new_key()
        write_whole(folder / "authority.key", key)
        write_whole(folder / "authority.pem", openssl.self_signed(key, name, days), mode=0o644)
        register = CertificateRegister()
        _write_list(folder.absolute(), register, now_ms)
        write_whole(folder / "register.json", msgspec.json.encode(register))
        return cls(folder)

    @property
    def certificate(self) -> bytes:
        """The authority's own certificate, as PEM."""
        return (self.folder / "authority.pem").read_bytes()

    @property
    def revocation_list(self) -> bytes:
        """The newest revocation list, as PEM."""
        return (self.folder / "revoked.pem").read_bytes()

    def register(self) -> CertificateRegister:
        """Return the register.

        Raises:
            TrustError: It is damaged.
        """
        try:
            return msgspec.json.decode((self.folder / "register.json").read_bytes(), type=CertificateRegister)
        except msgspec.DecodeError as error:
            raise TrustError(
                f"{self.folder}/register.json is damaged ({error}): restore it from a backup",
                f"{self.folder}/register.json è danneggiato ({error}): ripristinalo da un backup",
            ) from error

    def invite(self, user: str, now_ms: int, valid_days: int) -> Invitation:
        """Return an invitation for a user; an earlier one can't be used any more.

        Raises:
            TrustError: The user can't be a common name.
        """
        _check_user(user)
        invitation = Invitation(user, new_code(), now_ms + valid_days * _DAY_MS)
        with locked(self.folder):
            self._write(self.register().invited(invitation))
        return invitation

    def answer(self, request: EnrolmentRequest, now_ms: int, days: int, *, attended: bool = True) -> EnrolmentAnswer:
        """Return the answer to a request, which is proved by the code of an invitation or, for a renewal, by the present key.

        If nobody attends, a renewal is answered only when it is due.

        Raises:
            TrustError: It is not proved, or not due, or the request is damaged.
        """
        with locked(self.folder):
            code = None if request.signature else self._code_for(request, now_ms)
            if code is None:
                present = self._signed_by(request, now_ms)
                if not attended and not self.register().may_renew(present, now_ms):
                    raise TrustError(
                        f"the certificate of '{request.user}' does not end soon, or was renewed several times: nothing is issued",
                        f"il certificato di '{request.user}' non scade presto, o è già stato rinnovato più volte: non viene emesso nulla",
                    )
            made = self._certified(request.request.encode(), request.user, now_ms, days, invited=code is not None).decode()
        authority = self.certificate.decode()
        return EnrolmentAnswer(request.user, made, authority, b"" if code is None else proof(code, "answer", request.user, made, authority))

    def sign(self, data: bytes) -> bytes:
        """Return the authority's signature of data (ECDSA, SHA-256)."""
        return openssl.signature((self.folder / "authority.key").read_bytes(), data)

    def certify_page(self, request: EnrolmentRequest, gateway: str, now_ms: int, days: int) -> bytes:
        """Return the certificate of a gateway's page, under `gateway.local` (RFC 6762), as PEM; the request is signed with its present key.

        Raises:
            TrustError: It is not proved, or the request is damaged, or its gateway has enough of them.
        """
        with locked(self.folder):
            self._signed_by(request, now_ms, page=True)
            if not self.register().may_have_page(request.user, now_ms):
                raise TrustError(
                    f"the page of '{request.user}' has several certificates that are valid for long: nothing is issued",
                    f"la pagina di '{request.user}' ha già più certificati ancora validi a lungo: non viene emesso nulla",
                )
            names = f"DNS:{_host_of(gateway)}.local,DNS:{_host_of(gateway)}"
            return self._certified(request.request.encode(), request.user, now_ms, days, names, purpose="page")

    def certify(self, request: bytes, user: str, now_ms: int, days: int) -> bytes:
        """Return the certificate of a user for a request (PEM) that a person has checked, as PEM.

        Raises:
            TrustError: The request is damaged, or the user can't be a common name.
        """
        _check_user(user)
        with locked(self.folder):
            return self._certified(request, user, now_ms, days)

    def certify_broker(self, host: str, now_ms: int, days: int) -> BrokerIdentity:
        """Return a new key and its certificate for a broker that clients reach under a host name or an address.

        Raises:
            TrustError: It is neither.
        """
        key = openssl.new_key()
        with locked(self.folder):
            return BrokerIdentity(key, self._certified(openssl.new_request(key), host, now_ms, days, _subject_of(host), purpose="broker"))

    def revoke(self, which: str, now_ms: int) -> list[IssuedCertificate]:
        """Revoke the certificate with a serial number, or all of a user, with its invitation; return those that are revoked now.

        If all of them are revoked already, the list is written again.

        Raises:
            TrustError: There is no such certificate.
        """
        with locked(self.folder):
            register = self.register()
            found = [one for one in register.certificates if which in (one.serial, one.user)]
            if not found:
                raise TrustError(
                    f"no certificate has the user or serial number '{which}': 'gateway trust list' lists all",
                    f"nessun certificato ha l'utente o il numero di serie '{which}': 'gateway trust list' li elenca tutti",
                )
            register = register.revoked([one.serial for one in found], [which], now_ms)
            register = msgspec.structs.replace(register, list_ms=_time_of_list(register, now_ms))
            self._write(register)
            _write_list(self.folder, register, now_ms)
        return [one for one in found if one.revoked_ms is None]

    def _code_for(self, request: EnrolmentRequest, now_ms: int) -> str:
        invitation = self.register().invitation(request.user, now_ms)
        if invitation is None:
            raise TrustError(
                f"'{request.user}' is not invited, or its code was used or has expired: 'gateway trust invite' makes a new one",
                f"'{request.user}' non è invitato, o il suo codice è già usato o scaduto: 'gateway trust invite' ne crea uno nuovo",
            )
        if not is_proof(request.code_proof, invitation.code, "request", request.user, request.request):
            raise TrustError(
                f"the request of '{request.user}' was not made with its code: check the code, and make the request again",
                f"la richiesta di '{request.user}' non è stata fatta con il suo codice: controlla il codice e rifai la richiesta",
            )
        return invitation.code

    def _signed_by(self, request: EnrolmentRequest, now_ms: int, *, page: bool = False) -> IssuedCertificate:
        """Return the valid certificate whose key has signed a renewal, or a request for a page."""
        signed = to_sign(request.user, request.request, page=page)
        for one in self.register().of(request.user):
            if one.is_valid(now_ms) and one.purpose == "client" and openssl.is_signature(one.key, signed, request.signature):
                return one
        raise TrustError(
            f"the renewal of '{request.user}' is not signed with the key of a valid certificate: invite it with 'gateway trust invite'",
            f"il rinnovo di '{request.user}' non è firmato con la chiave di un certificato valido: invitalo con 'gateway trust invite'",
        )

    def _certified(
        self,
        request: bytes,
        name: str,
        now_ms: int,
        days: int,
        host: str | None = None,
        *,
        invited: bool = False,
        purpose: Literal["client", "broker", "page"] = "client",
    ) -> bytes:
        """Certify the key of a request, and write that to the register before anybody has the certificate. A server has a `host`."""
        try:
            key = openssl.requested_key(request)
        except openssl.OpensslError as error:
            raise TrustError(
                f"the request of '{name}' can't be used: {error}", f"la richiesta di '{name}' non è utilizzabile: {error}"
            ) from error
        serial = f"{secrets.randbelow(0x7F) + 1:02X}{secrets.token_hex(15).upper()}"  # positive, of 16 bytes (RFC 5280, section 4.1.2.2)
        last_ms = x509.ends_ms(self.folder / "authority.pem")
        # An hour before now, as the clocks of brokers and gateways differ.
        begins_ms, ends_ms = now_ms - _HOUR_MS, min(now_ms + days * _DAY_MS, last_ms)
        if ends_ms <= now_ms and days > 0:
            raise TrustError(
                "the authority's own certificate has expired: make a new authority, and enrol everybody again",
                "il certificato dell'autorità è scaduto: crea una nuova autorità e registra di nuovo tutti",
            )
        made = openssl.certified(self.folder, request, name, (serial, utc(begins_ms), utc(ends_ms)), host)
        issued = IssuedCertificate(serial, name, purpose, key, begins_ms, ends_ms)
        self._write(self.register().issued(issued, invited=invited))
        return made

    def _write(self, register: CertificateRegister) -> None:
        write_whole(self.folder / "register.json", msgspec.json.encode(register), owner=heir_of(self.folder))


def _write_list(folder: Path, register: CertificateRegister, now_ms: int) -> None:
    """Write the revocation list. It ends with the authority: mosquitto refuses everybody when its list has expired."""
    ends_ms = x509.ends_ms(folder / "authority.pem")
    made_ms = register.list_ms or _time_of_list(register, now_ms)
    write_whole(
        folder / "revoked.pem",
        openssl.revocation_list(folder, index_of_revoked(register.certificates), utc(made_ms), utc(ends_ms)),
        mode=0o644,
        owner=heir_of(folder),
    )


def _time_of_list(register: CertificateRegister, now_ms: int) -> int:
    """Return the time of a new list: an hour ago, as clocks differ, and later than that of the list before.

    Of several lists that a program has read, OpenSSL believes the one with the latest time.
    """
    return max(now_ms - _HOUR_MS, register.list_ms + 1000)


def _check_user(user: str) -> None:
    if not USER.fullmatch(user):
        raise TrustError(
            f"'{user}' can't be a user: write it as in mosquitto.acl, for example prato-citelum-gw-0042",
            f"'{user}' non può essere un utente: scrivilo come in mosquitto.acl, per esempio prato-citelum-gw-0042",
        )


def _host_of(gateway: str) -> str:
    """Return the name of a gateway as that of a host: it becomes part of a configuration of openssl."""
    if not re.fullmatch(LEVEL, gateway):
        raise TrustError(f"'{gateway}' is not the name of a gateway", f"'{gateway}' non è il nome di un gateway")
    return gateway


def _subject_of(host: str) -> str:
    """Return a host as the name for which a certificate is valid (RFC 5280, section 4.2.1.6)."""
    with contextlib.suppress(ValueError):
        return f"IP:{ip_address(host)}"
    try:
        return f"DNS:{host_name(host, host)}"
    except InvalidScalar as error:
        raise TrustError(
            f"'{host}' is {error.what.partition(' is ')[2]}: {error.instead}",
            f"'{host}' non è il nome di un host né un indirizzo: scrivi per esempio broker.prato.example o 192.0.2.7",
        ) from error
