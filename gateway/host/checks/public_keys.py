"""Whether the public keys that a site file names can be used, and for how long."""

from collections.abc import Iterator
from pathlib import Path

from gateway.host.checks.certificates import time_finding
from gateway.host.checks.files import unreadable
from gateway.host.checks.finding import Finding, Sentence
from gateway.host.signatures.public_key import PublicKeyError, SignaturesUnsupported, read_public_key


def public_key_findings(key: str, name: str, now_ms: int) -> Iterator[Finding]:
    """Yield what is wrong with the file of a public key or certificate."""
    path = Path(name)
    missing = unreadable(key, path)
    if missing is not None:
        yield missing
        return
    try:
        found = read_public_key(path)
    except SignaturesUnsupported as error:
        yield Finding(key, Sentence(str(error), error.italian), Sentence(error.REMEDY, error.REMEDY))
        return
    except PublicKeyError as error:
        instead = Sentence(
            "put the organisation's public key or certificate there, in PEM",
            "metti lì la chiave pubblica o il certificato dell'ente, in PEM",
        )
        yield Finding(key, Sentence(str(error), error.italian), instead)
        return
    late = None if found.validity is None else time_finding(key, path, found.validity, now_ms)
    if late is not None:
        yield late
