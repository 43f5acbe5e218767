"""Signed reports: made with the key of the gateway's identity, and verified against the site's authority."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.host.files import SecretError, check_secret
from gateway.model.messages import InstallationReport
from gateway.model.topics import GatewayId
from gateway.trust import openssl

LARGEST_REPORT = 4 << 20


class ReportError(Exception):
    """A report can't be signed, or is not to be trusted; the message says why, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.english, self.italian = english, italian


class _Stored(msgspec.Struct, omit_defaults=True):
    """A signed report whose signed bytes are kept as they are."""

    report: msgspec.Raw
    certificate: str | None = None
    signature: bytes | None = None


class VerifiedReport(NamedTuple):
    """A report, and the user whose key has signed it; None if nobody's has."""

    report: InstallationReport
    signed_by: str | None


def sign(report: InstallationReport, identity: Path | None) -> bytes:
    """Return the file of a report, signed with the key of an identity (key and certificate in one file) if there is one.

    Raises:
        ReportError: The identity can't be used.
        OpensslError: openssl failed.
    """
    content = msgspec.json.encode(report)
    if identity is None:
        return msgspec.json.encode(_Stored(msgspec.Raw(content)))
    try:
        check_secret(identity)
        key = identity.read_bytes()
    except (SecretError, OSError) as error:
        raise ReportError(f"the report can't be signed: {error}", f"il rapporto non può essere firmato: {error}") from error
    certificate = key[key.index(_BEGIN) :].decode() if _BEGIN in key else None
    return msgspec.json.encode(_Stored(msgspec.Raw(content), certificate, openssl.signature(key, content)))


_BEGIN = b"-----BEGIN CERTIFICATE-----"


def read_report(content: bytes) -> InstallationReport:
    """Return the report in a file, whoever made it.

    Raises:
        ReportError: It is no report.
    """
    return _parsed(content)[1]


def signer_of(content: bytes) -> str | None:
    """Return the user that a report names as its own if it has a signature, which is not verified; else None.

    Raises:
        ReportError: It is no report.
    """
    stored, report = _parsed(content)
    return GatewayId(report.site, report.operator, report.gateway).user if stored.signature is not None else None


def verify(content: bytes, authority: bytes) -> VerifiedReport:
    """Return the report in a file, after checking that its gateway has signed it. Times and revocations are not checked.

    Raises:
        ReportError: It is no report, or was changed, or its certificate is not of this authority or of another gateway.
        OpensslError: openssl failed.
    """
    stored, report = _parsed(content)
    if stored.certificate is None or stored.signature is None:
        return VerifiedReport(report, None)
    certificate = stored.certificate.encode()
    try:
        if not openssl.is_signed_by(certificate, authority):
            raise ReportError("its certificate is not of this authority", "il suo certificato non è di questa autorità")
        if not openssl.is_signature(openssl.certified_key(certificate), bytes(stored.report), stored.signature):
            raise ReportError("it was changed after it was signed", "è stato modificato dopo la firma")
        user = openssl.common_name(certificate)
    except openssl.OpensslError as error:
        raise ReportError(f"its certificate is damaged: {error}", f"il suo certificato è danneggiato: {error}") from error
    if user != GatewayId(report.site, report.operator, report.gateway).user:
        raise ReportError(f"it was signed by '{user}', which is another gateway", f"è firmato da '{user}', che è un altro gateway")
    return VerifiedReport(report, user)


def _parsed(content: bytes) -> tuple[_Stored, InstallationReport]:
    try:
        if len(content) > LARGEST_REPORT:
            raise ValueError(f"it has more than {LARGEST_REPORT} bytes")  # noqa: TRY301 — one place says what is no report
        stored = msgspec.json.decode(content, type=_Stored)
        return stored, msgspec.json.decode(stored.report, type=InstallationReport)
    except (ValueError, RecursionError) as error:
        raise ReportError(f"it is no report: {error}", f"non è un rapporto: {error}") from error
