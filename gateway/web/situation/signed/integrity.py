"""Whether the headers and the body of a request are those that its program signed (AgID's ModI, INTEGRITY_REST_01). Pure."""

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated

import msgspec

from gateway.web.situation.signed.compact import TimedClaims, token_refused

INTEGRITY_HEADER = "Agid-JWT-Signature"

_DIGEST, _KIND = "digest", "content-type"
_PREFIX, _SHA256_BYTES = "sha-256=", 32


class IntegrityClaims(TimedClaims, frozen=True, kw_only=True):
    """What `Agid-JWT-Signature` says: the headers that were signed, each an object with one name."""

    signed_headers: Annotated[list[dict[str, str]], msgspec.Meta(min_length=1, max_length=20)]


def signed_digest(claims: IntegrityClaims, headers: Mapping[str, str]) -> bytes:
    """Return the SHA-256 that the body must have.

    Args:
        claims: What was signed.
        headers: Those of the request, whose names are found in any case.

    Raises:
        ApiProblem: 401; the headers are not those that were signed, or too few were.
    """
    signed = {name.lower(): value for one in claims.signed_headers for name, value in one.items()}
    for name in (_DIGEST, _KIND):
        if name not in signed and (name == _DIGEST or name in headers):
            raise token_refused(f"'signed_headers' has no '{name}'", f"'signed_headers' non ha '{name}'")
    for name, value in signed.items():
        if headers.get(name) != value:
            shown = name[:80]
            raise token_refused(f"the header '{shown}' is not the one that was signed", f"l'intestazione '{shown}' non è quella firmata")
    return _sha256_of(signed[_DIGEST])


def _sha256_of(digest: str) -> bytes:
    """Return the hash in a header `Digest` (RFC 3230): `SHA-256=` and base64."""
    found = b""
    if digest.lower().startswith(_PREFIX):
        try:
            found = base64.b64decode(digest[len(_PREFIX) :], validate=True)
        except (binascii.Error, ValueError):
            found = b""
    if len(found) != _SHA256_BYTES:
        raise token_refused("'Digest' is not SHA-256= and a hash in base64", "'Digest' non è SHA-256= e un hash in base64")
    return found
