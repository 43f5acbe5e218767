"""Parts of requests and responses that several routes share: bodies, ETags, conditions, numbers of requests."""

import hashlib
import re
from collections.abc import Callable
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from gateway.situation.bilingual import Bilingual
from gateway.situation.event.document import SituationFeature
from gateway.situation.event.reading import MOST_BYTES, EventRejected
from gateway.situation.italian import in_italian
from gateway.web.situation.problem import ApiProblem

GEO_JSON, JSON = "application/geo+json", "application/json"

IDEMPOTENCY_KEY = "Idempotency-Key"
"""The sender's own number of a request (draft-ietf-httpapi-idempotency-key-header)."""

NOTICE_MISSED = "Notice-Missed"
"""Until which day works should have been announced, in the response to their announcement if it is later."""

REQUEST_NUMBER = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}"
_NUMBER = re.compile(REQUEST_NUMBER)
_TAG = re.compile(r'"([0-9]{1,7})-[0-9a-f]{16}"')

NO_STORE = "no-store"
PUBLIC_CACHE = "public, max-age=30"
READ_BY_PAGES = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
"""Pages of other sites may read what everybody may see."""

T = TypeVar("T")


async def body_of(request: Request, *kinds: str, most: int = MOST_BYTES, sha256: bytes | None = None) -> bytes:
    """Return the body of a request, of a hash if it was signed; it may be empty.

    Raises:
        ApiProblem: 415, it is not of one of the media types; 413, it is too large; 400, it is not the one that was signed.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > most:
            raise ApiProblem(413, f"the request's body is larger than {most} bytes", f"il corpo della richiesta supera {most} byte")
    if sha256 is not None and hashlib.sha256(content).digest() != sha256:
        raise ApiProblem(400, "the body is not the one that was signed", "il corpo non è quello firmato")
    said = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if said not in kinds and content:
        names = " or ".join(kinds)
        raise ApiProblem(415, f"send the body as {names}", f"inviare il corpo come {names}", headers={"accept": ", ".join(kinds)})
    return bytes(content)


def read_as(read: Callable[[bytes], T], content: bytes) -> T:
    """Return what a reader makes of a body.

    Raises:
        ApiProblem: 422, with every reason why it can't be accepted.
    """
    try:
        return read(content)
    except EventRejected as rejected:
        reasons = [Bilingual(one, in_italian(one)) for one in rejected.reasons]
        raise ApiProblem(
            422, "the document can't be accepted; see 'errors'", "il documento non è accettabile; vedi 'errors'", errors=reasons
        ) from rejected


def request_number(request: Request) -> str | None:
    """Return the number that the sender gave a request; None if it has none.

    Raises:
        ApiProblem: 400, because it has several, or one that is not valid.
    """
    given = request.headers.getlist(IDEMPOTENCY_KEY)
    if not given:
        return None
    if len(given) > 1 or _NUMBER.fullmatch(given[0]) is None:
        raise ApiProblem(
            400,
            f"{IDEMPOTENCY_KEY} must be up to 64 letters, digits, and . _ : -",
            f"{IDEMPOTENCY_KEY} deve avere al massimo 64 lettere, cifre e . _ : -",
        )
    return given[0]


def wanted_versions(request: Request, *, required: bool) -> frozenset[int] | None:
    """Return the versions that a request may be about, from If-Match; None if any.

    An ETag has the version and a hash of what is shown. Only the version counts here: answers and comments that came meanwhile are in
    nobody's way.

    Raises:
        ApiProblem: 428, there is no If-Match though it is required.
    """
    given = ",".join(request.headers.getlist("if-match"))
    if not given:
        if required:
            raise ApiProblem(
                428, "send the ETag of the version that you have read as If-Match", "inviare come If-Match l'ETag della versione letta"
            )
        return None
    if given.strip() == "*":
        return None
    return frozenset(int(match[1]) for one in given.split(",") if (match := _TAG.fullmatch(one.strip())) is not None)


def feature_response(request: Request, seen: SituationFeature, status: int = 200, *, cache: str = NO_STORE) -> Response:
    """Return a situation with its ETag; 304 without it, if the client has the same."""
    content = msgspec.json.encode(seen)
    tag = f'"{seen.properties.version}-{hashlib.blake2b(content, digest_size=8).hexdigest()}"'
    return tagged_response(request, content, GEO_JSON, tag, status, cache=cache)


def tagged_response(request: Request, content: bytes, media: str, tag: str, status: int = 200, *, cache: str = NO_STORE) -> Response:
    """Return content with its ETag; 304 without it, if the client has the same."""
    headers = {"etag": tag, "cache-control": cache}
    if status == 200 and request.method in ("GET", "HEAD") and _has(request.headers.get("if-none-match"), tag):
        return Response(status_code=304, headers=headers)
    return Response(content, status, headers, media)


def json_answer(content: object) -> Response:
    """Return content as JSON."""
    return Response(msgspec.json.encode(content), 200, {"cache-control": NO_STORE}, JSON)


def _has(if_none_match: str | None, tag: str) -> bool:
    given = [] if if_none_match is None else [one.strip().removeprefix("W/") for one in if_none_match.split(",")]
    return "*" in given or tag in given
