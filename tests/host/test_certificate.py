"""The expiry date of certificates made with openssl."""

import subprocess
import time
from pathlib import Path

import pytest

from gateway.host.certificate import Validity, ends_ms, validities
from tests.system.servers import program

DAY_MS = 86_400_000


def certificate(folder: Path, days: int, *kind: str) -> Path:
    path = folder / "own.pem"
    subprocess.run([program("openssl"), "req", "-x509", *kind, "-nodes", "-days", str(days), "-subj", "/CN=gw-1/O=citelum", "-keyout", str(folder / "key.pem"),
                    "-out", str(path)], check=True, capture_output=True)  # fmt: skip
    return path


@pytest.mark.parametrize(
    "kind", [("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ("-newkey", "rsa:2048"), ("-newkey", "ed25519")]
)
@pytest.mark.parametrize("days", [1, 90, 20_000], ids=["a day", "ninety days", "after 2050"])
def test_a_certificate_expires_when_openssl_says(kind: tuple[str, ...], days: int, tmp_path: Path) -> None:
    path = certificate(tmp_path, days, *kind)
    said = subprocess.run(
        [program("openssl"), "x509", "-in", str(path), "-noout", "-enddate"], check=True, capture_output=True, text=True
    ).stdout
    assert abs(ends_ms(path) - (time.time() * 1000 + days * DAY_MS)) < 60_000, said


def test_the_first_certificate_of_a_chain_counts(tmp_path: Path) -> None:
    own = certificate(tmp_path, 30, "-newkey", "ed25519").read_text()
    above = certificate(tmp_path, 900, "-newkey", "ed25519").read_text()
    (tmp_path / "chain.pem").write_text("what it is\n" + own + above)
    assert abs(ends_ms(tmp_path / "chain.pem") - (time.time() * 1000 + 30 * DAY_MS)) < 60_000
    now_ms = time.time() * 1000
    for found, days in zip(validities(tmp_path / "chain.pem"), (30, 900), strict=True):
        assert found == pytest.approx(Validity(int(now_ms), int(now_ms + days * DAY_MS)), abs=60_000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no certificate",
        "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nMAMCAQE=\n-----END CERTIFICATE-----",
    ],
)
def test_what_is_not_a_certificate_is_a_value_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.pem").write_text(text)
    with pytest.raises(ValueError):  # noqa: PT011 — whichever
        ends_ms(tmp_path / "x.pem")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ends_ms(tmp_path / "x.pem")
