"""Whether the certificates and keys that a site file names can be used, and for how long."""

import ssl
from collections.abc import Iterator
from pathlib import Path

from gateway.host.certificate import Validity, validities
from gateway.host.checks.files import open_to_others, unreadable
from gateway.host.checks.finding import Finding, Sentence
from gateway.model.instants import iso_utc
from gateway.model.site.connection import TlsSettings

_WARN_MS = 30 * 86_400_000


def tls_findings(key: str, tls: TlsSettings, now_ms: int) -> Iterator[Finding]:
    """Yield what is wrong with the files of a TLS connection."""
    if tls.ca is not None:
        yield from authority_findings(f"{key}.ca", tls.ca, now_ms)
    if tls.cert is not None:
        yield from _own_findings(key, Path(tls.cert), Path(tls.key or tls.cert), now_ms)


def authority_findings(key: str, name: str, now_ms: int) -> Iterator[Finding]:
    """Yield what is wrong with a file of certificate authorities."""
    path = Path(name)
    read = _read(key, path)
    if isinstance(read, Finding):
        yield read
        return
    try:
        ssl.create_default_context(cafile=path)
    except OSError as error:
        instead = Sentence("put the certificates of authorities there, in PEM", "metti lì i certificati delle autorità, in PEM")
        yield Finding(key, _unusable(path, error), instead)
        return
    bad = [found for one in read if (found := time_finding(key, path, one, now_ms)) is not None]
    # One that is valid is enough: a new authority is added beside the old one.
    yield from (one._replace(is_error=one.is_error and len(bad) == len(read)) for one in bad)


def _own_findings(key: str, cert: Path, secret: Path, now_ms: int) -> Iterator[Finding]:
    read = _read(f"{key}.cert", cert)
    if isinstance(read, Finding):
        yield read
    elif (late := time_finding(f"{key}.cert", cert, read[0], now_ms)) is not None:
        yield late
    missing = unreadable(f"{key}.key", secret)
    if missing is not None:
        yield missing
        return
    yield from open_to_others(f"{key}.key", secret)
    if not isinstance(read, Finding):
        yield from _pair_findings(f"{key}.key", cert, secret)


def _pair_findings(key: str, cert: Path, secret: Path) -> Iterator[Finding]:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(cert, secret, password=lambda: "")
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            yield Finding(
                key,
                Sentence(f"{secret} is not the key of {cert}", f"{secret} non è la chiave di {cert}"),
                Sentence("use the key with which the certificate was requested", "usa la chiave con cui è stato richiesto il certificato"),
            )
        else:
            instead = Sentence("put the key there, in PEM and without a passphrase", "metti lì la chiave, in PEM e senza passphrase")
            yield Finding(key, _unusable(secret, error), instead)


def _read(key: str, path: Path) -> list[Validity] | Finding:
    missing = unreadable(key, path)
    if missing is not None:
        return missing
    try:
        return validities(path)
    except (OSError, ValueError) as error:
        what = Sentence(f"{path} is not a certificate: {error}", f"{path} non è un certificato: {error}")
        return Finding(key, what, Sentence("put a certificate there, in PEM", "metti lì un certificato, in PEM"))


def time_finding(key: str, path: Path, validity: Validity, now_ms: int) -> Finding | None:
    """Return that a certificate is not valid now, or not for long any more; None if it is."""
    begins_ms, ends_ms = validity
    if now_ms < begins_ms:
        begins = iso_utc(begins_ms, "seconds")
        what = Sentence(f"{path} is not valid before {begins}", f"{path} non vale prima del {begins}")
        return Finding(key, what, Sentence("check the clock of this machine", "controlla l'orologio di questa macchina"))
    ends = iso_utc(ends_ms, "seconds")
    if now_ms >= ends_ms:
        what = Sentence(f"{path} expired on {ends}", f"{path} è scaduto il {ends}")
        return Finding(key, what, Sentence("put a new certificate there", "metti lì un certificato nuovo"))
    if now_ms >= ends_ms - _WARN_MS:
        what = Sentence(f"{path} expires on {ends}", f"{path} scade il {ends}")
        return Finding(key, what, Sentence("renew it", "rinnovalo"), is_error=False)
    return None


def _unusable(path: Path, error: OSError) -> Sentence:
    return Sentence(f"{path} can't be used: {_reason(error)}", f"{path} non si può usare: {_reason(error)}")


def _reason(error: OSError) -> str:
    reason = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return (reason or str(error)).replace("_", " ").lower()
