"""Headers that were signed, and hashes of bodies."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.datastructures import Headers

from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.signed.integrity import IntegrityClaims, signed_digest

BODY = b'{"answer": "seen"}'
# by: printf %s '{"answer": "seen"}' | openssl dgst -sha256 -binary | base64
DIGEST = "SHA-256=pY78vLOUDVXJK1J6tjxo6To7sREhEzicJi+rzIzNZug="
SENT = {"Digest": DIGEST, "Content-Type": "application/json"}


def digest_of(signed: list[dict[str, str]], sent: dict[str, str] | None = None) -> bytes:
    claims = IntegrityClaims(aud="", iat=0, exp=1, signed_headers=signed)
    return signed_digest(claims, Headers(SENT if sent is None else sent))


def test_the_signed_hash_is_that_of_the_body() -> None:
    expected = hashlib.sha256(BODY).digest()
    assert digest_of([{"digest": DIGEST}, {"content-type": "application/json"}]) == expected
    assert digest_of([{"Digest": DIGEST, "Content-Type": "application/json"}]) == expected
    assert digest_of([{"digest": DIGEST}], {"digest": DIGEST}) == expected, "without a body, there is no type"


@pytest.mark.parametrize(
    ("signed", "sent", "reason"),
    [
        ([{"content-type": "application/json"}], SENT, "'signed_headers' has no 'digest'"),
        ([{"digest": DIGEST}], SENT, "'signed_headers' has no 'content-type'"),
        ([{"digest": DIGEST}], {}, "the header 'digest' is not the one"),
        ([{"digest": DIGEST}], {"digest": DIGEST + " "}, "the header 'digest' is not the one"),
        ([{"digest": DIGEST, "content-type": "application/geo+json"}], SENT, "the header 'content-type' is not the one"),
        ([{"digest": DIGEST, "content-type": "application/json"}, {"if-match": "x"}], SENT, "the header 'if-match' is not the one"),
    ],
)
def test_headers_that_were_not_signed_are_refused(signed: list[dict[str, str]], sent: dict[str, str], reason: str) -> None:
    with pytest.raises(ApiProblem, match=reason):
        digest_of(signed, sent)


@given(st.sampled_from(["", "SHA-256=", "SHA-512=" + DIGEST[8:], DIGEST[:-4], DIGEST + "AAAA", "SHA-256=é"]) | st.text(max_size=50))
def test_another_hash_is_refused(digest: str) -> None:
    claims = IntegrityClaims(aud="", iat=0, exp=1, signed_headers=[{"digest": digest}])
    with pytest.raises(ApiProblem, match="'Digest' is not SHA-256="):
        signed_digest(claims, {"digest": digest})
