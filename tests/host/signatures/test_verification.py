"""Signatures by openssl, and damaged ones."""

import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.host.signatures.verification import KeyUnsuitable, PublicKey, public_key_in
from tests.host.signatures.openssl import certified, der_of, new_key, openssl, signature_of

CONTENT = b"what is signed"


def key_of(secret: Path) -> PublicKey:
    return public_key_in(secret.with_suffix(".pem").read_bytes())


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("keys")
    return {kind: new_key(folder, kind, kind) for kind in ("P-256", "2048")}


@pytest.mark.parametrize(("kind", "algorithm"), [("P-256", "ES256"), ("2048", "RS256"), ("2048", "PS256")])
def test_a_signature_by_openssl_is_verified_by_its_algorithm_alone(secrets: dict[str, Path], kind: str, algorithm: str) -> None:
    key, signature = key_of(secrets[kind]), signature_of(secrets[kind], algorithm, CONTENT)
    assert key.verifies(algorithm, signature, CONTENT)
    assert not key.verifies(algorithm, signature, CONTENT + b"!")
    others = {"ES256", "RS256", "PS256", "HS256", "none", "ES384", ""} - {algorithm}
    assert not any(key.verifies(other, signature, CONTENT) for other in others)


def test_the_example_of_rfc_7515_is_verified() -> None:
    # RFC 7515, appendix A.3: the key's x and y, the content and the signature
    numbers = ("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0")
    point = b"\x04" + b"".join(base64.urlsafe_b64decode(one + "=") for one in numbers)
    curve = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(curve + point) + b"-----END PUBLIC KEY-----\n"
    content = b"eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
    signature = "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q"
    assert public_key_in(pem).verifies("ES256", base64.urlsafe_b64decode(signature + "=="), content)


@given(data=st.data())
def test_no_damaged_signature_is_verified(secrets: dict[str, Path], data: st.DataObject) -> None:
    kind, algorithm = data.draw(st.sampled_from([("P-256", "ES256"), ("2048", "RS256"), ("2048", "PS256")]))
    good = _SIGNATURES.setdefault(algorithm, signature_of(secrets[kind], algorithm, CONTENT))
    at = data.draw(st.integers(0, len(good) - 1))
    flipped = good[:at] + bytes([good[at] ^ data.draw(st.integers(1, 255))]) + good[at + 1 :]
    bad = data.draw(st.sampled_from([flipped, good[:at], good + b"\0", b"\0" + good, b""]) | st.binary(max_size=70))
    assert not key_of(secrets[kind]).verifies(algorithm, bad, CONTENT)


_SIGNATURES: dict[str, bytes] = {}


def test_a_certificate_has_its_key_hash_and_validity(secrets: dict[str, Path]) -> None:
    certificate = certified(secrets["P-256"])
    key = public_key_in(certificate.read_bytes())
    assert key.verifies("ES256", signature_of(secrets["P-256"], "ES256", CONTENT), CONTENT)
    assert key.certificate_sha256 is not None
    said = openssl("x509", "-in", certificate, "-noout", "-fingerprint", "-sha256").decode().strip().partition("=")[2]
    assert key.certificate_sha256.hex() == said.replace(":", "").lower()
    assert key.validity is not None
    assert key.validity.ends_ms - key.validity.begins_ms == 9 * 86_400_000


@pytest.mark.parametrize("kind", ["P-384", "1024"])
def test_a_key_of_another_kind_is_unsuitable(tmp_path: Path, kind: str) -> None:
    new_key(tmp_path, "other", kind)
    with pytest.raises(KeyUnsuitable, match="neither of P-256 nor of RSA"):
        public_key_in((tmp_path / "other.pem").read_bytes())


def test_a_private_key_is_refused_and_damage_is_no_key(secrets: dict[str, Path]) -> None:
    with pytest.raises(KeyUnsuitable, match="private key") as refused:
        public_key_in(secrets["P-256"].read_bytes())
    assert "chiave privata" in refused.value.italian
    certificate = certified(secrets["P-256"])
    for content in (
        b"",
        b"no key",
        secrets["P-256"].with_suffix(".pem").read_bytes()[:60],
        certificate.read_bytes()[:200],
        der_of(certificate),
    ):
        with pytest.raises(KeyUnsuitable, match="no public key"):
            public_key_in(content)
