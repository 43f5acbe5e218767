"""Keys, requests, certificates and revocation lists, made by the program openssl (3.0 or later).

Private keys are passed through pipes: none is written to a temporary file. docs/decisions/0016-the-sites-authority.md says why it is not a
library.
"""

import contextlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Literal, cast

_NEW_KEY = ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")

_P256_KEY = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d030107034200")
"""How the DER of a public key on P-256 begins (RFC 5480, sections 2.1 and 2.2)."""

_VERIFIED = b"verify OK"

_LONGEST_S = 60.0
"""A key or a signature takes milliseconds, on a busy Pi a second."""

_KILLED, _NOT_FOUND = (-9, 128 + 9), 127
"""How timeout (coreutils) ends: killed like the program, or with the exit code that says so; and if there is no such program."""

_MISSING = "openssl is not installed: run 'apt-get install openssl'"

CONFIGURATION = """\
[req]
distinguished_name = empty
[empty]
[authority]
basicConstraints = critical,CA:TRUE,pathlen:0
keyUsage = critical,keyCertSign,cRLSign
subjectKeyIdentifier = hash
[ca]
default_ca = site
[site]
database = {work}/index.txt
serial = {work}/serial
new_certs_dir = {work}
certificate = {folder}/authority.pem
private_key = {folder}/authority.key
default_md = sha256
policy = any
unique_subject = no
copy_extensions = none
[any]
commonName = supplied
[list]
authorityKeyIdentifier = keyid:always
[client]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = clientAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
[broker]
basicConstraints = critical,CA:FALSE
keyUsage = critical,digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid:always
subjectAltName = {name}
"""
"""One configuration for everything, so that nothing depends on that of the machine."""


class OpensslError(Exception):
    """openssl did not do what it was asked; the message says what it said."""


def new_key() -> bytes:
    """Return a new private key on P-256, as PEM.

    Raises:
        OpensslError: openssl is missing or failed; so do all functions here.
    """
    return _run(_NEW_KEY)


def new_request(key: bytes) -> bytes:
    """Return a request for a certificate of a key, as PEM. It has no subject: the authority chooses it."""
    with tempfile.TemporaryDirectory() as work:
        configuration = _configuration(Path(work), Path(work))
        return _run(["req", "-new", "-config", str(configuration), "-subj", "/", "-key", "/dev/stdin"], key)


def public_key(private: bytes) -> bytes:
    """Return the public key of a private one, as DER."""
    return _run(["pkey", "-pubout", "-outform", "DER"], private)


def requested_key(request: bytes) -> bytes:
    """Return the public key of a request, as DER, after checking that who made it has the private one, and that it is on P-256."""
    read = _completed(["req", "-noout", "-verify", "-pubkey"], request)
    if _VERIFIED not in read.stderr:  # openssl 3.0 ends with 0 all the same
        raise OpensslError("the request is damaged: it is not signed by its own key")
    der = _run(["pkey", "-pubin", "-pubout", "-outform", "DER"], read.stdout)
    if not der.startswith(_P256_KEY):
        raise OpensslError("the key of the request is not on P-256: make one with 'openssl ecparam -name prime256v1 -genkey'")
    return der


def certified_key(certificate: bytes) -> bytes:
    """Return the public key of a certificate, as DER."""
    return _run(["pkey", "-pubin", "-pubout", "-outform", "DER"], _run(["x509", "-noout", "-pubkey"], certificate))


def common_name(certificate: bytes) -> str:
    """Return the common name of a certificate that has nothing else in its subject."""
    subject = _run(["x509", "-noout", "-subject", "-nameopt", "RFC2253"], certificate).decode("utf-8", "replace").strip()
    return subject.removeprefix("subject=").removeprefix("CN=")


def is_signed_by(certificate: bytes, authority: bytes, purpose: Literal["sslclient", "sslserver"] = "sslclient") -> bool:
    """Return whether an authority has signed a certificate, by default one of a client.

    Times are not checked: the clock of a gateway may be wrong.
    """
    with tempfile.TemporaryDirectory() as work:
        trusted = Path(work) / "authority.pem"
        trusted.write_bytes(authority)
        checks = ["verify", "-x509_strict", "-no_check_time", "-purpose", purpose, "-no-CAstore", "-no-CApath", "-CAfile", str(trusted)]
        try:
            _run(checks, certificate)
        except OpensslError:
            return False
    return True


def signature(key: bytes, data: bytes) -> bytes:
    """Return the signature of data (ECDSA with SHA-256)."""
    with tempfile.TemporaryDirectory() as work:
        signed = Path(work) / "signed"
        signed.write_bytes(data)
        return _run(["dgst", "-sha256", "-sign", "/dev/stdin", str(signed)], key)


def is_signature(public: bytes, data: bytes, signed: bytes) -> bool:
    """Return whether a signature of data is that of a public key (DER)."""
    with tempfile.TemporaryDirectory() as work:
        key, file = Path(work) / "key.der", Path(work) / "signature"
        key.write_bytes(public)
        file.write_bytes(signed)
        try:
            _run(["dgst", "-sha256", "-verify", str(key), "-keyform", "DER", "-signature", str(file)], data)
        except OpensslError:
            return False
    return True


def self_signed(key: bytes, name: str, days: int) -> bytes:
    """Return the certificate of a new authority, as PEM."""
    with tempfile.TemporaryDirectory() as work:
        configuration = _configuration(Path(work), Path(work))
        new = ["req", "-x509", "-config", str(configuration), "-extensions", "authority", "-subj", f"/CN={name}", "-days", str(days)]
        return _run([*new, "-key", "/dev/stdin"], key)


def certified(folder: Path, request: bytes, name: str, terms: tuple[str, str, str], host: str | None = None) -> bytes:
    """Return the certificate that an authority makes of a request, as PEM.

    Args:
        folder: The authority's folder, with its key and its certificate.
        request: The request; its subject and its extensions are ignored.
        name: The common name.
        terms: The serial number in hexadecimal, and the times from which and until which it is valid, as `20261129220000Z`.
        host: The host name or address of the broker that it is for, such as `DNS:broker.example`; None if it is for a client.
    """
    serial, begins, ends = terms
    with tempfile.TemporaryDirectory() as work:
        configuration = _configuration(Path(work), folder, host or "DNS:none")
        (Path(work) / "index.txt").touch()
        (Path(work) / "serial").write_text(f"{serial}\n", encoding="ascii")
        what = ["-subj", f"/CN={name}", "-startdate", begins, "-enddate", ends, "-extensions", "client" if host is None else "broker"]
        return _run(["ca", "-batch", "-notext", "-config", str(configuration), "-in", "/dev/stdin", *what], request)


def revocation_list(folder: Path, index: str, made: str, ends: str) -> bytes:
    """Return the revocation list of an authority, as PEM: the revoked certificates of an index in the form of `openssl ca`."""
    with tempfile.TemporaryDirectory() as work:
        configuration = _configuration(Path(work), folder)
        (Path(work) / "index.txt").write_text(index, encoding="ascii")
        when = ["-crl_lastupdate", made, "-crl_nextupdate", ends]
        return _run(["ca", "-gencrl", "-config", str(configuration), "-crlexts", "list", *when])


@contextlib.contextmanager
def encrypting(secret: str, target: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield a stream; what is written to it is encrypted to a file, from its position on: AES-256 in counter mode, which detects no change.

    The secret must be as good as a key: it is derived once more, but only a little.
    """
    target.flush()
    os.lseek(target.fileno(), target.tell(), os.SEEK_SET)
    with _cipher(secret, (), stdin=subprocess.PIPE, stdout=target) as process:
        yield cast("IO[bytes]", process.stdin)
    target.seek(0, os.SEEK_END)


@contextlib.contextmanager
def decrypting(secret: str, source: IO[bytes]) -> Iterator[IO[bytes]]:
    """Yield, as a stream, what is encrypted in a file, from its position on. It need not be read to its end."""
    os.lseek(source.fileno(), source.tell(), os.SEEK_SET)
    with _cipher(secret, ("-d",), stdin=source, stdout=subprocess.PIPE) as process:
        yield cast("IO[bytes]", process.stdout)


@contextlib.contextmanager
def _cipher(secret: str, how: Sequence[str], stdin: IO[bytes] | int, stdout: IO[bytes] | int) -> Iterator[subprocess.Popen[bytes]]:
    """Run `openssl enc` on streams. The secret goes through a pipe of its own: others can read a command line."""
    given, writing = os.pipe()
    try:
        os.write(writing, f"{secret}\n".encode())
        os.close(writing)
        command = ["openssl", "enc", "-aes-256-ctr", "-pbkdf2", "-pass", f"fd:{given}", *how]
        process = subprocess.Popen(command, stdin=stdin, stdout=stdout, stderr=subprocess.PIPE, pass_fds=[given])
    except FileNotFoundError as error:
        raise OpensslError(_MISSING) from error
    finally:
        os.close(given)
    with process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        if process.stdin is None:
            process.kill()  # nobody needs the rest
            return
        process.stdin.close()
        said = cast("IO[bytes]", process.stderr).read()
    if process.returncode:
        raise OpensslError(f"'openssl enc' failed: {_reason(said)}")


def _configuration(work: Path, folder: Path, name: str = "DNS:none") -> Path:
    path = work / "openssl.cnf"
    path.write_text(CONFIGURATION.format(work=work, folder=folder, name=name), encoding="utf-8")
    return path


def _run(arguments: Sequence[str], given: bytes = b"") -> bytes:
    return _completed(arguments, given).stdout


def _completed(arguments: Sequence[str], given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run openssl for a limited time.

    The program timeout limits it, by a timer of the kernel. The time-out of `subprocess` reads the clock, and would end openssl too early
    or never where a false one is under test.
    """
    limited = ["timeout", "--signal=KILL", f"{_LONGEST_S:g}", "openssl", *arguments]
    try:
        done = subprocess.run(limited, input=given, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise OpensslError("timeout is not installed: run 'apt-get install coreutils'") from error
    if done.returncode in _KILLED:
        raise OpensslError(
            f"'openssl {arguments[0]}' did not end within {_LONGEST_S:g} s: try again; if that does not help, restart the machine"
        )
    if done.returncode == _NOT_FOUND:
        raise OpensslError(_MISSING)
    if done.returncode:
        raise OpensslError(f"'openssl {arguments[0]}' failed: {_reason(done.stderr)}")
    return done


def _reason(said: bytes) -> str:
    return (said.decode("utf-8", "replace").strip().splitlines() or ["no reason given"])[-1]
