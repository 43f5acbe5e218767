"""What an authority knows: the certificates that it has issued, and the invitations that nobody has used yet. Pure."""

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Literal

import msgspec

from gateway.trust.enrolment import Invitation

USER = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
"""The form of a user: at most 64 characters, as a common name (RFC 5280, appendix A.1)."""

_SOON = 3
"""A certificate ends soon when less than a third of its time is left."""

_MOST_FRESH = 5

_FORGOTTEN_AFTER_MS = 400 * 86_400_000
"""A certificate that expired so long ago is of no use to anybody, and a register that grows for ever is."""


class IssuedCertificate(msgspec.Struct, frozen=True):
    """A certificate that was issued: `key` is its public key (DER)."""

    serial: str
    user: str
    purpose: Literal["client", "broker", "page"]
    key: bytes
    begins_ms: int
    ends_ms: int
    revoked_ms: int | None = None

    def state(self, now_ms: int) -> Literal["valid", "ends soon", "expired", "revoked"]:
        """Return what it is worth now."""
        if self.revoked_ms is not None:
            return "revoked"
        if now_ms >= self.ends_ms:
            return "expired"
        return "ends soon" if (self.ends_ms - now_ms) * _SOON < self.ends_ms - self.begins_ms else "valid"

    def is_valid(self, now_ms: int) -> bool:
        """Return whether it is neither revoked nor expired."""
        return self.state(now_ms) in ("valid", "ends soon")


class CertificateRegister(msgspec.Struct, frozen=True):
    """The register of an authority. `list_ms` is the time of its newest revocation list."""

    certificates: tuple[IssuedCertificate, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    list_ms: int = 0

    def issued(self, certificate: IssuedCertificate, *, invited: bool = False) -> "CertificateRegister":
        """Return the register with one more certificate. If its user was `invited`, the invitation is used with that.

        Those that expired long ago are forgotten.
        """
        left = tuple(one for one in self.invitations if not invited or one.user != certificate.user)
        forgotten_ms = certificate.begins_ms - _FORGOTTEN_AFTER_MS
        kept = (one for one in self.certificates if one.ends_ms > forgotten_ms)
        return msgspec.structs.replace(self, certificates=(*kept, certificate), invitations=left)

    def invited(self, invitation: Invitation) -> "CertificateRegister":
        """Return the register with an invitation, instead of an earlier one of the same user."""
        left = tuple(one for one in self.invitations if one.user != invitation.user)
        return msgspec.structs.replace(self, invitations=(*left, invitation))

    def revoked(self, serials: Iterable[str], users: Iterable[str], now_ms: int) -> "CertificateRegister":
        """Return the register in which certificates are revoked, and users not invited."""
        named, out = set(serials), set(users)
        certificates = tuple(
            msgspec.structs.replace(one, revoked_ms=now_ms) if one.serial in named and one.revoked_ms is None else one
            for one in self.certificates
        )
        left = tuple(one for one in self.invitations if one.user not in out)
        return msgspec.structs.replace(self, certificates=certificates, invitations=left)

    def is_due(self, user: str, now_ms: int) -> bool:
        """Return whether the newest valid certificate of a user ends soon."""
        valid = [one for one in self.of(user) if one.purpose == "client" and one.is_valid(now_ms)]
        return bool(valid) and valid[-1].state(now_ms) == "ends soon"

    def may_renew(self, present: IssuedCertificate, now_ms: int) -> bool:
        """Return whether a certificate may be renewed without a person: it ends soon, and few that replace it were issued.

        More than one may be needed, if answers are lost. But a gateway must not fill the register.
        """
        fresh = sum(one.state(now_ms) == "valid" and one.purpose == "client" for one in self.of(present.user))
        return present.state(now_ms) == "ends soon" and fresh < _MOST_FRESH

    def needs_page(self, user: str, now_ms: int) -> bool:
        """Return whether a user with a valid certificate has none for its page that is valid for long."""
        own = list(self.of(user))
        fresh = any(one.purpose == "page" and one.state(now_ms) == "valid" for one in own)
        return not fresh and any(one.purpose == "client" and one.is_valid(now_ms) for one in own)

    def may_have_page(self, user: str, now_ms: int) -> bool:
        """Return whether a user may get another certificate for its page: answers may be lost, but it must not fill the register."""
        return sum(one.purpose == "page" and one.state(now_ms) == "valid" for one in self.of(user)) < _MOST_FRESH

    def of(self, user: str) -> Iterator[IssuedCertificate]:
        """Yield the certificates of a user, the oldest first."""
        return (one for one in self.certificates if one.user == user)

    def invitation(self, user: str, now_ms: int) -> Invitation | None:
        """Return the invitation of a user, or None if there is none that can still be used."""
        return next((one for one in self.invitations if one.user == user and now_ms < one.ends_ms), None)


def index_of_revoked(certificates: Iterable[IssuedCertificate]) -> str:
    """Return the revoked ones as an index of `openssl ca`: status, end, when revoked, serial number, file, subject."""
    return "".join(
        f"R\t{_short(one.ends_ms)}\t{_short(one.revoked_ms)}\t{one.serial}\tunknown\t/CN={one.user}\n"
        for one in certificates
        if one.revoked_ms is not None
    )


def utc(t_ms: int) -> str:
    """Return an instant as openssl reads it: 20261129220000Z."""
    return datetime.fromtimestamp(t_ms // 1000, UTC).strftime("%Y%m%d%H%M%SZ")


def _short(t_ms: int) -> str:
    return utc(t_ms)[2:]
