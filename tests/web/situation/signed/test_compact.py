"""Tokens taken apart, and what is none."""

import contextlib
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.signed.compact import TokenClaims, signed_token, token_refused
from tests.web.situation.signed.tokens import part

HEADER = {"alg": "ES256", "typ": "JWT", "kid": "cap/bus"}
CLAIMS = {"aud": "https://a.example", "iat": 1, "exp": 2, "jti": "x"}


def text_of(header: object = HEADER, claims: object = CLAIMS, signature: bytes = b"s") -> str:
    return ".".join((part(json.dumps(header).encode()), part(json.dumps(claims).encode()), part(signature)))


def refusal(text: str) -> str:
    with pytest.raises(ApiProblem) as refused:
        signed_token(text, TokenClaims)
    assert refused.value.status_code == 401
    assert refused.value.headers == {"www-authenticate": 'Bearer realm="situations", error="invalid_token"'}
    assert refused.value.text.it.startswith("il token firmato non vale: ")
    return refused.value.text.en


def test_a_token_has_header_claims_and_what_was_signed() -> None:
    text = text_of(
        HEADER | {"x5c": ["AAEC", "AA=="], "x5t#S256": part(b"t" * 32), "other": 1}, CLAIMS | {"nbf": 1.5, "sub": "x", "more": []}
    )
    token = signed_token(text, TokenClaims)
    assert (token.header.alg, token.header.kid) == ("ES256", "cap/bus")
    assert (token.claims.nbf, token.claims.sub) == (1.5, "x")
    assert token.signed.decode() == text.rpartition(".")[0]
    assert token.signature == b"s"
    assert token.certificates == {hashlib.sha256(b"\0\1\2").digest(), b"t" * 32}


@pytest.mark.parametrize("name", ["crit", "b64", "zip", "jku", "jwk", "x5u"])
def test_a_header_that_means_something_else_or_brings_a_key_is_refused(name: str) -> None:
    assert f"its header has '{name}'" in refusal(text_of(HEADER | {name: None}))


@pytest.mark.parametrize("name", [*CLAIMS])
def test_a_claim_that_is_missing_is_named(name: str) -> None:
    assert f"missing required field `{name}`" in refusal(text_of(claims={one: value for one, value in CLAIMS.items() if one != name}))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a.b", "not three parts"),
        (".".join("abcde"), "not three parts"),
        (text_of(claims=CLAIMS | {"x": "x" * 20_000}), "at most 16384 characters"),
        ("..", "in its header"),
        (text_of([]), "in its header"),
        (text_of({"typ": "JWT"}), "missing required field `alg`"),
        (text_of({"alg": "ES256"}), "missing required field `typ`"),
        (text_of(HEADER | {"x5c": []}), "x5c"),
        (text_of(HEADER | {"x5c": ["é"]}), "'x5c' is not base64"),
        (text_of(HEADER | {"x5c": ["AA"]}), "'x5c' is not base64"),
        (text_of(HEADER | {"x5t#S256": "a="}), "not base64url"),
        (text_of(claims=CLAIMS | {"iat": "1"}), "in its claims"),
        (text_of(claims=CLAIMS | {"exp": 1e300}), "in its claims"),
        (text_of(claims=CLAIMS | {"iat": -1}), "in its claims"),
        (text_of(claims=CLAIMS | {"jti": ""}), "in its claims"),
        (text_of(claims=CLAIMS | {"jti": 7}), "in its claims"),
        (text_of(claims=CLAIMS | {"aud": {}}), "in its claims"),
        (part(b"[" * 9000) + ".e30.", "in its header"),
        (part(b'{"alg":1e999}') + ".e30.", "in its header"),
        (text_of() + "=", "not base64url"),
        (text_of() + " ", "not base64url"),
        (text_of() + "é", "not base64url"),
        (text_of(signature=b"sss").replace("c3Nz", "c3N/"), "not base64url"),
        (text_of()[:-1] + "x", "not base64url"),  # bits that don't count
    ],
)
def test_what_is_no_token_is_refused_with_a_reason(text: str, reason: str) -> None:
    assert reason in refusal(text)


@given(text=st.text(max_size=60) | st.lists(st.binary(max_size=40).map(part), min_size=3, max_size=3).map(".".join))
def test_any_text_is_refused_or_taken_apart(text: str) -> None:
    refusal(text)


@given(at=st.integers(0, len(text_of()) - 1), character=st.characters())
def test_a_token_with_another_character_is_refused_or_another_one(at: int, character: str) -> None:
    text = text_of()
    changed = text[:at] + character + text[at + 1 :]
    with contextlib.suppress(ApiProblem):
        token, good = signed_token(changed, TokenClaims), signed_token(text, TokenClaims)
        assert changed == text or (token.signed, token.signature) != (good.signed, good.signature)


def test_a_refusal_is_in_both_languages() -> None:
    assert token_refused("why", "perché").text == ("the signed token does not count: why", "il token firmato non vale: perché")
