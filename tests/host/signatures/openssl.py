"""Keys, certificates and signatures made by openssl, which shares no code with what verifies them but the library below."""

import subprocess
from pathlib import Path

from tests.system.servers import program

_HASH = ("dgst", "-sha256", "-sign")
_PADDINGS = {"RS256": (), "PS256": ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")}


def openssl(*arguments: str | Path, given: bytes = b"") -> bytes:
    return subprocess.run([program("openssl"), *map(str, arguments)], input=given, check=True, capture_output=True).stdout


def new_key(folder: Path, name: str, kind: str = "P-256") -> Path:
    """Make a private key and its public one, `name.pem`; return the private one. A kind is a curve, or the bits of RSA."""
    secret = folder / f"{name}.key"
    options = (f"rsa_keygen_bits:{kind}",) if kind.isdigit() else (f"ec_paramgen_curve:{kind}",)
    openssl("genpkey", "-algorithm", "RSA" if kind.isdigit() else "EC", "-pkeyopt", *options, "-out", secret)
    openssl("pkey", "-in", secret, "-pubout", "-out", folder / f"{name}.pem")
    return secret


def certified(secret: Path) -> Path:
    """Make a certificate of a key, which is valid for nine days from now."""
    path = secret.with_suffix(".crt")
    openssl("req", "-x509", "-new", "-key", secret, "-subj", "/CN=program", "-days", "9", "-out", path)
    return path


def der_of(certificate: Path) -> bytes:
    return openssl("x509", "-in", certificate, "-outform", "DER")


def signature_of(secret: Path, algorithm: str, content: bytes) -> bytes:
    """Return a signature as a JWS has it: of ECDSA, the two numbers one after the other."""
    if algorithm in _PADDINGS:
        return openssl(*_HASH, secret, *_PADDINGS[algorithm], given=content)
    der = openssl(*_HASH, secret, given=content)
    first, second = der[4 : 4 + der[3]], der[6 + der[3] :]
    return b"".join(one.lstrip(b"\0").rjust(32, b"\0") for one in (first, second))
