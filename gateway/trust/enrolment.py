"""The files of an enrolment: invitation, request, answer, and how each side knows that they are the other's. Pure.

The code of an invitation is a secret that only the authority and the gateway know. It proves the request to the authority and the answer to
the gateway, so the files may go any way, and neither side needs to know the other before. A renewal is proved by the present key instead.
"""

import hmac
from collections.abc import Iterable

import msgspec

from gateway.trust import typed_codes

_CODE_LENGTH, _GROUP = 20, 5
"""100 bits: nobody who sees a request can guess the code before it expires."""

LARGEST_FILE = 65_536


class UnreadableFile(Exception):
    """A file is none of an enrolment; the message says what is wrong."""


class Invitation(msgspec.Struct, frozen=True, tag="invitation", tag_field="file"):
    """Who may enrol, with which one-time code, and until when."""

    user: str
    code: str
    ends_ms: int


class EnrolmentRequest(msgspec.Struct, frozen=True, tag="request", tag_field="file"):
    """A request for a certificate (PEM): the first, proved by the code, or a renewal, proved by a signature of the present key."""

    user: str
    request: str
    code_proof: bytes = b""
    signature: bytes = b""


class EnrolmentAnswer(msgspec.Struct, frozen=True, tag="answer", tag_field="file"):
    """A certificate and that of the authority (PEM), proved by the code; the answer to a renewal needs no proof."""

    user: str
    certificate: str
    authority: str
    code_proof: bytes = b""


EnrolmentFile = Invitation | EnrolmentRequest | EnrolmentAnswer

_decoder: msgspec.json.Decoder[EnrolmentFile] = msgspec.json.Decoder(EnrolmentFile)


def parse(content: bytes) -> EnrolmentFile:
    """Return what a file of an enrolment contains.

    Raises:
        UnreadableFile: It is something else.
    """
    if len(content) > LARGEST_FILE:
        raise UnreadableFile(f"has more than {LARGEST_FILE} bytes, and is no file of an enrolment")
    try:
        return _decoder.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise UnreadableFile(f"is no file of an enrolment: {error}") from error


def file_of(part: EnrolmentFile) -> bytes:
    """Return the content of the file of a part."""
    return msgspec.json.format(msgspec.json.encode(part)) + b"\n"


def new_code() -> str:
    """Return a new one-time code: PQ3R9-…, four groups of five characters."""
    return typed_codes.new_code(_CODE_LENGTH, _GROUP)


def code_as_typed(text: str) -> str | None:
    """Return the code that a person typed, without regard to case, spaces and characters that look alike; None if it can't be one."""
    return typed_codes.code_as_typed(text, _CODE_LENGTH, _GROUP)


def proof(code: str, *parts: str) -> bytes:
    """Return the proof that who made these parts knows a code."""
    return hmac.digest(code.encode(), _joined(parts), "sha256")


def is_proof(given: bytes, code: str, *parts: str) -> bool:
    """Return whether this proves that who made these parts knows a code."""
    return hmac.compare_digest(given, proof(code, *parts))


def to_sign(user: str, request: str, *, page: bool = False) -> bytes:
    """Return what the present key signs in a renewal, or in a request for the certificate of the gateway's page."""
    return _joined(("page" if page else "renewal", user, request))


def _joined(parts: Iterable[str]) -> bytes:
    """Return parts as one, from which they can be told apart: none of them has a zero byte."""
    return b"\0".join(part.encode() for part in parts)
