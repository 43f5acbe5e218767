"""Programs that sign their tokens, over real HTTP and TLS; and what is refused."""

import base64
import itertools
import json
import logging
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.host import clock
from gateway.model.site.situation.organisations import OrganisationSettings, SigningKeySettings
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.signed import used as used_module
from gateway.web.situation.signed.check import SignedTokens
from tests.host.signatures.openssl import certified, der_of, new_key, openssl
from tests.situation.examples import NOW_MS, accident
from tests.web.situation.served import Answer, ServedRoom, document_of, served
from tests.web.situation.signed.tokens import AUDIENCE, claims_at, part, token_of

LATER_MS = NOW_MS + 60_000
_NUMBERS = (f"number-{one}" for one in itertools.count())


class Signer:
    """A room, and the keys of programs of publiacqua: `works`, `screen` which only reads, `rsa`, and `cert` with a certificate."""

    def __init__(self, room: ServedRoom, folder: Path) -> None:
        self.room, self.folder = room, folder

    def secret(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    def token(self, name: str = "works", algorithm: str = "ES256", header: dict[str, Any] | None = None, **claims: Any) -> str:
        said = claims_at(clock.now_ms(), **({"jti": next(_NUMBERS)} | claims))
        return token_of(self.secret(name), said, algorithm, **({"kid": f"publiacqua/{name}"} | (header or {})))

    def ask(self, token: str, method: str = "GET", body: Any = None, **headers: str) -> Answer:
        return self.room.ask(None, method, "/v1/situations", body, {"authorization": f"Bearer {token}", **headers})

    def refusal(self, token: str) -> str:
        answer = self.ask(token)
        assert (answer.status, answer.headers["content-type"]) == (401, "application/problem+json"), answer.body
        assert answer.headers["www-authenticate"] == 'Bearer realm="situations", error="invalid_token"'
        return str(answer.json["detail"])


def organisations_of(folder: Path) -> dict[str, OrganisationSettings]:
    files = {
        "works": "works.pem",
        "screen": "screen.pem",
        "rsa": "rsa.pem",
        "cert": "cert.crt",
        "gone": "gone.pem",
        "damaged": "damaged.pem",
    }
    keys = {
        name: SigningKeySettings(file=str(folder / file), role="reader" if name == "screen" else "editor") for name, file in files.items()
    }
    keys["strict"] = SigningKeySettings(file=str(folder / "strict.pem"), role="editor", integrity=True)
    return {"publiacqua": OrganisationSettings(keys=keys), "citelum": OrganisationSettings()}


@pytest.fixture(scope="module")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Signer]:
    folder = tmp_path_factory.mktemp("signer")
    for name in ("works", "screen", "rsa", "cert", "gone", "foreign", "strict"):
        new_key(folder, name, "2048" if name == "rsa" else "P-256")
    certified(folder / "cert.key")
    (folder / "damaged.pem").write_text("no key")
    with served(folder, organisations=organisations_of(folder), url=AUDIENCE) as room:
        yield Signer(room, folder)


@pytest.fixture(autouse=True)
def _later(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: LATER_MS)


@pytest.mark.parametrize(("name", "algorithm"), [("works", "ES256"), ("rsa", "RS256"), ("rsa", "PS256")])
def test_a_program_publishes_with_a_token_that_it_signed(signer: Signer, name: str, algorithm: str) -> None:
    document = document_of(accident())
    answer = signer.ask(signer.token(name, algorithm), "POST", document)
    assert answer.status == 201, answer.body
    assert answer.json["properties"]["owner"] == "publiacqua"
    assert signer.room.ask("publiacqua", "GET", f"/v1/situations/{answer.json['id']}/history").json["items"][0]["person"] == name


def test_tokens_that_are_issued_count_beside_those_that_are_signed(signer: Signer) -> None:
    assert signer.room.ask("publiacqua", "GET", "/v1/situations").status == 200
    assert signer.ask(signer.token()).status == 200


def test_a_reader_s_key_only_reads(signer: Signer) -> None:
    assert signer.ask(signer.token("screen")).status == 200
    assert signer.ask(signer.token("screen"), "POST", {}).status == 403


def test_a_number_counts_once_and_that_of_another_program_is_another(signer: Signer) -> None:
    token = signer.token(jti="once")
    assert signer.ask(token).status == 200
    assert "'jti' was used already: make a new token" in signer.refusal(token)
    assert "'jti' was used already" in signer.refusal(signer.token(jti="once", exp=LATER_MS // 1000 + 50))
    assert signer.ask(signer.token("rsa", "RS256", jti="once")).status == 200


def test_a_refused_token_uses_no_number(signer: Signer) -> None:
    assert "signature" in signer.refusal(signer.token(jti="mine")[:-4] + "AAAA")
    assert signer.ask(signer.token(jti="mine")).status == 200


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"aud": "https://other.example"}, "'aud' is not https://situations.example"),
        ({"iss": "citelum"}, "'iss' is not publiacqua"),
        ({"iat": LATER_MS // 1000 - 100, "nbf": None, "exp": LATER_MS // 1000 - 20}, "it expired 20 s ago"),
        ({"nbf": LATER_MS // 1000 + 20}, "it is not valid yet"),
        ({"exp": LATER_MS // 1000 + 3601}, "by at most 3600 seconds"),
        ({"jti": None}, "missing required field `jti`"),
    ],
)
def test_a_signed_token_that_says_something_else_is_refused_with_the_reason(signer: Signer, claims: dict[str, Any], reason: str) -> None:
    assert reason in signer.refusal(signer.token(**claims))


def test_reasons_are_in_italian_for_who_prefers_it(signer: Signer) -> None:
    answer = signer.ask(signer.token(aud="x"), **{"accept-language": "it"})
    assert answer.json["detail"] == "il token firmato non vale: 'aud' non è https://situations.example"


def test_no_algorithm_and_one_with_a_shared_secret_are_refused(signer: Signer) -> None:
    claims = part(json.dumps(claims_at(LATER_MS, jti="none")).encode())
    unsigned = part(json.dumps({"alg": "none", "typ": "JWT", "kid": "publiacqua/works"}).encode())
    assert "'alg' must be ES256" in signer.refusal(f"{unsigned}.{claims}.")
    # The public key as the secret of an HMAC (RFC 8725, section 2.1)
    content = f"{part(json.dumps({'alg': 'HS256', 'typ': 'JWT', 'kid': 'publiacqua/rsa'}).encode())}.{claims}"
    public = (signer.folder / "rsa.pem").read_bytes()
    mac = openssl("dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{public.hex()}", "-binary", given=content.encode())
    assert "'alg' must be PS256, RS256" in signer.refusal(f"{content}.{part(mac)}")
    assert "'alg' must be ES256" in signer.refusal(signer.token("rsa", "RS256", {"kid": "publiacqua/works"}))


def test_a_foreign_key_is_refused(signer: Signer) -> None:
    assert "signature is not by" in signer.refusal(signer.token("foreign", header={"kid": "publiacqua/works"}))
    assert "names 0 registered keys" in signer.refusal(signer.token("foreign"))
    assert "names 0 registered keys" in signer.refusal(signer.token(header={"kid": "citelum/works"}))
    assert "neither 'kid', 'x5c' nor" in signer.refusal(signer.token(header={"kid": None}))
    assert "'typ' is not JWT" in signer.refusal(signer.token(header={"typ": "JOSE"}))


@pytest.fixture
def _an_hour_after_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate is valid from now on."""
    an_hour_later_ms = time.time_ns() // 1_000_000 + 3_600_000
    monkeypatch.setattr(clock, "now_ms", lambda: an_hour_later_ms)


@pytest.mark.usefixtures("_an_hour_after_now")
def test_a_certificate_is_named_by_itself_or_its_hash(signer: Signer) -> None:
    der = der_of(signer.folder / "cert.crt")
    chain = [base64.b64encode(der).decode()]
    digest = part(openssl("dgst", "-sha256", "-binary", given=der))
    for header in ({"x5c": chain}, {"x5t#S256": digest}, {"x5c": chain, "x5t#S256": digest, "kid": "publiacqua/cert"}):
        assert signer.ask(signer.token("cert", header={"kid": None, **header})).status == 200
    other = base64.b64encode(der_of(certified(signer.secret("foreign")))).decode()
    for header in ({"x5c": [other]}, {"x5c": [other, *chain]}, {"x5c": [other], "x5t#S256": digest}):
        assert "names 0 registered keys" in signer.refusal(signer.token("foreign", header={"kid": None, **header}))
    assert "names 0 registered keys" in signer.refusal(signer.token(header={"x5c": chain}))


@pytest.mark.usefixtures("_an_hour_after_now")
def test_a_certificate_counts_as_long_as_it_is_valid(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    assert signer.ask(signer.token("cert")).status == 200
    later_ms = clock.now_ms() + 9 * 86_400_000
    monkeypatch.setattr(clock, "now_ms", lambda: later_ms)
    assert "the certificate is not valid now" in signer.refusal(signer.token("cert"))


def test_a_withdrawn_key_counts_no_more_and_its_streams_end(signer: Signer) -> None:
    signer.room.tokens["gone"] = signer.token("gone")
    with signer.room.events("gone") as stream:
        stream.until_current()
        (signer.folder / "gone.pem").unlink()
        assert stream.next() is None
    assert "names 0 registered keys" in signer.refusal(signer.token("gone"))


def test_a_stream_ends_with_its_token(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    signer.room.tokens["brief"] = signer.token()
    with signer.room.events("brief") as stream:
        stream.until_current()
        monkeypatch.setattr(clock, "now_ms", lambda: LATER_MS + 70_000)
        assert stream.next() is None


def test_a_key_that_can_not_be_used_stops_its_program_alone(signer: Signer, caplog: pytest.LogCaptureFixture) -> None:
    new_key(signer.folder, "other")
    with caplog.at_level(logging.WARNING):
        answer = signer.ask(signer.token("other", header={"kid": "publiacqua/damaged"}))
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert "cannot check tokens of publiacqua/damaged" in caplog.text
    assert signer.ask(signer.token()).status == 200


def test_every_request_is_in_the_log_and_no_token_is(signer: Signer, caplog: pytest.LogCaptureFixture) -> None:
    token = signer.token()
    with caplog.at_level(logging.INFO):
        signer.ask(token)
    assert any("GET /v1/situations: 200, for publiacqua/works at" in one for one in caplog.messages)
    assert token.rpartition(".")[2] not in caplog.text


def test_refused_tokens_count_for_their_address_and_accepted_ones_for_the_organisation(signer: Signer, tmp_path: Path) -> None:
    settings: dict[str, Any] = {"url": AUDIENCE, "requests_per_minute": 2, "public_requests_per_minute": 2}
    with pytest.MonkeyPatch.context() as patch, served(tmp_path, organisations=organisations_of(signer.folder), **settings) as room:
        patch.setattr(clock, "now_ms", lambda: LATER_MS)
        here = Signer(room, signer.folder)
        assert [here.ask("a.b.c").status for _ in range(3)] == [401, 401, 429]
        assert [here.ask(here.token()).status for _ in range(3)] == [200, 200, 429]
        assert room.ask("citelum", "GET", "/v1/situations").status == 200


class SignedBody:
    """A publication of a program, whose headers and body are signed."""

    def __init__(self, signer: Signer, name: str = "works") -> None:
        self.signer, self.name = signer, name
        self.body = msgspec.json.encode(document_of(accident()))
        self.digest = "SHA-256=" + base64.b64encode(openssl("dgst", "-sha256", "-binary", given=self.body)).decode()

    def signature(self, name: str | None = None, **claims: Any) -> str:
        signed = [{"digest": self.digest}, {"content-type": "application/geo+json"}]
        return self.signer.token(name or self.name, **({"signed_headers": signed, "jti": None} | claims))

    def send(self, signature: str | None, headers: Mapping[str, str] | None = None, body: bytes | None = None) -> Answer:
        said = {"content-type": "application/geo+json", "digest": self.digest, **(headers or {})}
        signed = {} if signature is None else {"agid-jwt-signature": signature}
        return self.signer.ask(self.signer.token(self.name), "POST", self.body if body is None else body, **said, **signed)


def test_what_a_program_signed_is_published_and_what_it_did_not_is_not(signer: Signer) -> None:
    publication = SignedBody(signer)
    assert publication.send(publication.signature()).status == 201
    changed = publication.send(publication.signature(), body=publication.body.replace(b"Via Roma", b"Via Rosa"))
    assert (changed.status, changed.json["detail"]) == (400, "the body is not the one that was signed")
    for signature, headers, reason in (
        (publication.signature(), {"content-type": "application/json"}, "'content-type' is not the one"),
        (publication.signature(), {"digest": "SHA-256=" + "A" * 43 + "="}, "'digest' is not the one"),
        (publication.signature()[:-4] + "AAAA", {}, "signature is not by"),
        (publication.signature("rsa", algorithm="RS256"), {}, "Agid-JWT-Signature is of another program"),
        (publication.signature(aud="https://other.example"), {}, "'aud' is not"),
        (signer.token(), {}, "missing required field `signed_headers`"),
    ):
        answer = publication.send(signature, headers)
        assert (answer.status, reason in answer.json["detail"]) == (401, True), answer.body


def test_a_program_that_must_sign_what_it_sends_publishes_nothing_else_and_reads_without(signer: Signer) -> None:
    publication = SignedBody(signer, "strict")
    assert publication.send(publication.signature()).status == 201
    answer = publication.send(None)
    assert (answer.status, "publiacqua/strict must sign what it sends" in answer.json["detail"]) == (401, True)
    assert signer.ask(signer.token("strict")).status == 200


def test_a_signed_body_needs_a_signed_token(signer: Signer) -> None:
    answer = signer.room.ask("publiacqua", "POST", "/v1/situations", {}, {"agid-jwt-signature": SignedBody(signer).signature()})
    assert (answer.status, answer.json["detail"]) == (400, "Agid-JWT-Signature needs a signed token as Authorization")


def test_after_a_restart_no_token_counts_again(signer: Signer, tmp_path: Path) -> None:
    token = signer.token()
    assert signer.ask(token).status == 200
    tokens = SignedTokens(organisations_of(signer.folder), AUDIENCE, LATER_MS + 1000)
    with pytest.raises(ApiProblem, match="has just started") as refused:
        tokens.accept(token, LATER_MS + 1000)
    assert (refused.value.status_code, refused.value.headers) == (503, {"retry-after": "10"})
    new = signer.token(iat=LATER_MS // 1000 + 11, nbf=None)
    assert tokens.accept(new, LATER_MS + 12_000).program.key_id == "publiacqua/works"


def test_a_program_with_too_many_tokens_waits_for_their_end_and_others_do_not(signer: Signer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(used_module, "MOST", 1)
    tokens = SignedTokens(organisations_of(signer.folder), AUDIENCE, NOW_MS)
    tokens.accept(signer.token(), LATER_MS)
    with pytest.raises(ApiProblem, match="make tokens that end earlier") as refused:
        tokens.accept(signer.token(), LATER_MS)
    assert (refused.value.status_code, refused.value.headers) == (429, {"retry-after": "60"})
    tokens.accept(signer.token("screen"), LATER_MS)
    said = claims_at(LATER_MS + 70_000, jti="later")
    tokens.accept(token_of(signer.secret("works"), said), LATER_MS + 70_000)


def test_keys_that_can_not_be_used_are_said_at_the_start(signer: Signer) -> None:
    (signer.folder / "gone.pem").unlink(missing_ok=True)
    missing, damaged = SignedTokens(organisations_of(signer.folder), AUDIENCE, 0).unusable()
    assert missing == "publiacqua/gone: there is no file of its key"
    assert damaged.startswith("publiacqua/damaged: ")


@given(data=st.data())
def test_no_damaged_token_counts(signer: Signer, data: st.DataObject) -> None:
    good = _GOOD.setdefault("token", signer.token(jti="damaged"))
    tokens = SignedTokens(organisations_of(signer.folder), AUDIENCE, NOW_MS)
    at, to = sorted((data.draw(st.integers(0, len(good))), data.draw(st.integers(0, len(good)))))
    bad = good[:at] + data.draw(st.text("ABab01-_.=", max_size=3) | st.text(max_size=2)) + good[to:]
    if bad != good:
        with pytest.raises(ApiProblem) as refused:
            tokens.accept(bad, LATER_MS)
        assert refused.value.status_code == 401
    assert tokens.accept(good, LATER_MS).program.name == "works"


_GOOD: dict[str, str] = {}


def test_a_server_without_keys_does_not_import_the_library() -> None:
    code = "import sys, gateway.web.situation.door, gateway.host.checks.site; print('cryptography' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"


def test_the_lines_of_the_documentation_make_a_token_that_counts(tmp_path: Path) -> None:
    page = (Path(__file__).parents[4] / "docs/situation-api.md").read_text()
    _, key, token = (block.partition("```")[0] for block in page.partition("## Tokens that a program signs")[2].split("```sh\n"))
    script = f'set -eu\n{key}\n{token}\nprintf %s "$TOKEN"\n'.replace("curl ", "true ")
    made = subprocess.run(
        ["bash", "-c", script], cwd=tmp_path, capture_output=True, text=True, check=True, env={"PATH": os.environ["PATH"]}
    )
    settings = OrganisationSettings(keys={"works-office": SigningKeySettings(file=str(tmp_path / "works-office.pem"))})
    tokens = SignedTokens({"publiacqua": settings}, "https://situations.example:8443", 0)
    assert tokens.accept(made.stdout, time.time_ns() // 1_000_000).program.key_id == "publiacqua/works-office"
