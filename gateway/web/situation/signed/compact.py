"""Takes a signed token apart: a JWS in compact form (RFC 7515, section 7.1) whose content are the claims of a JWT (RFC 7519). Pure.

Nothing of a token is to be believed before its signature is verified.
"""

import base64
import binascii
import hashlib
from typing import Annotated, Generic, NamedTuple, TypeVar

import msgspec

from gateway.web.situation.problem import ApiProblem

_CHARACTERS_MOST = 16_384
"""Of one token: room for a chain of certificates in its header."""

_CHAIN_MOST = 10
_UNKNOWABLE = ("crit", "b64", "zip", "jku", "jwk", "x5u")
"""Members of a header that change what it means, or bring a key from elsewhere (RFC 8725, sections 3.1 and 3.10)."""

_CHALLENGE = {"www-authenticate": 'Bearer realm="situations", error="invalid_token"'}

_Seconds = Annotated[float, msgspec.Meta(ge=0, le=253_402_300_799)]
"""A time in seconds since 1970, until the year 9999."""

_T = TypeVar("_T")
_C = TypeVar("_C", bound="TimedClaims")


class SignatureHeader(msgspec.Struct, frozen=True, kw_only=True):
    """What the header says of the signature. `kid` is `organisation/program`; `x5c` and `x5t#S256` name a certificate instead."""

    alg: Annotated[str, msgspec.Meta(max_length=20)]
    typ: Annotated[str, msgspec.Meta(max_length=20)]
    kid: Annotated[str, msgspec.Meta(max_length=255)] | None = None
    x5c: Annotated[list[str], msgspec.Meta(min_length=1, max_length=_CHAIN_MOST)] | None = None
    x5t_s256: Annotated[str, msgspec.Meta(max_length=43)] | None = msgspec.field(default=None, name="x5t#S256")


class TimedClaims(msgspec.Struct, frozen=True, kw_only=True):
    """For whom and when something signed counts, and who signed it; times are in seconds since 1970."""

    aud: str | Annotated[list[str], msgspec.Meta(max_length=20)]
    iat: _Seconds
    exp: _Seconds
    nbf: _Seconds | None = None
    iss: str | None = None
    sub: str | None = None


class TokenClaims(TimedClaims, frozen=True, kw_only=True):
    """What a token says: its number, too, which counts once."""

    jti: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]


class SignedToken(NamedTuple, Generic[_C]):
    """A token in its parts; `signed` is what the signature is on, `certificates` has the hashes of those that it names."""

    header: SignatureHeader
    claims: _C
    signed: bytes
    signature: bytes
    certificates: frozenset[bytes]


def token_refused(en: str, it: str) -> ApiProblem:
    """Return the answer to a token that does not count."""
    return ApiProblem(401, f"the signed token does not count: {en}", f"il token firmato non vale: {it}", headers=_CHALLENGE)


def signed_token(text: str, claims_type: type[_C]) -> SignedToken[_C]:
    """Return a token in its parts.

    Raises:
        ApiProblem: 401; it is none, or leaves out what it must say.
    """
    parts = text.split(".")
    if len(parts) != 3 or len(text) > _CHARACTERS_MOST:
        en = f"it is not three parts with dots between them, in at most {_CHARACTERS_MOST} characters"
        raise token_refused(en, f"non sono tre parti separate da punti, in al massimo {_CHARACTERS_MOST} caratteri")
    head = _decoded(parts[0], dict[str, object])
    if found := [one for one in _UNKNOWABLE if one in head]:
        raise token_refused(f"its header has '{found[0]}', which is not supported", f"l'intestazione ha '{found[0]}', che non è supportato")
    header = _decoded(parts[0], SignatureHeader)
    claims = _decoded(parts[1], claims_type)
    return SignedToken(header, claims, f"{parts[0]}.{parts[1]}".encode(), _bytes(parts[2]), _certificates(header))


def _decoded(part: str, type_: type[_T]) -> _T:
    try:
        return msgspec.json.decode(_bytes(part), type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        where = ("claims", "nelle affermazioni") if issubclass(type_, TimedClaims) else ("header", "nell'intestazione")
        raise token_refused(f"in its {where[0]}: {error}", f"{where[1]}: {error}") from error


def _bytes(part: str) -> bytes:
    """Return what is written in base64url, the one way that it can be: without padding, blanks and bits that don't count."""
    try:
        found = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except (binascii.Error, ValueError):
        found = b""
    if base64.urlsafe_b64encode(found).rstrip(b"=") != part.encode("utf-8", "replace"):
        raise token_refused("a part is not base64url without padding", "una parte non è base64url senza riempimento")
    return found


def _certificates(header: SignatureHeader) -> frozenset[bytes]:
    found = set[bytes]()
    if header.x5t_s256 is not None:
        found.add(_bytes(header.x5t_s256))
    if header.x5c is not None:
        try:
            found.add(hashlib.sha256(base64.b64decode(header.x5c[0], validate=True)).digest())
        except (binascii.Error, ValueError) as error:
            raise token_refused("'x5c' is not base64", "'x5c' non è base64") from error
    return frozenset(found)
