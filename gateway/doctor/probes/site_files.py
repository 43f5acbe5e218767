"""Facts from what a site file names: certificates, secrets, the state folder, the journal."""

import sqlite3
from pathlib import Path

from gateway.doctor.rules.journal import JournalFacts, NoJournal
from gateway.doctor.rules.named_files import CertificateFacts, StateFolderFacts
from gateway.host.certificate import ends_ms
from gateway.host.checks.finding import Finding
from gateway.host.checks.site import named_files
from gateway.host.files import user_name
from gateway.journal.inspect import overview
from gateway.model.site.file import Site

_DAY_MS = 86_400_000


def findings(site: Site, now_ms: int) -> tuple[list[Finding], list[Finding]]:
    """Return what is wrong with the files of TLS connections, and with the others."""
    found = list(named_files(site, now_ms))
    tls = [one for one in found if ".tls." in one.key or one.key.endswith(".ca")]
    return tls, [one for one in found if one not in tls]


def certificate(site: Site, wrong: list[Finding], now_ms: int) -> CertificateFacts:
    """Return how long the own certificate is valid; `wrong` is what is wrong with the files of TLS connections."""
    used = next((one.tls.cert for one in (site.uplink, site.centre) if one is not None and one.tls.cert is not None), None)
    try:
        days_left = None if used is None else (ends_ms(Path(used)) - now_ms) / _DAY_MS
    except (OSError, ValueError):
        days_left = None  # among the findings
    return CertificateFacts(wrong, days_left)


def state_folder(site: Site, user: str) -> StateFolderFacts:
    """Return how the folder of the journal is."""
    folder = Path(site.journal.path).parent
    try:
        found = folder.stat()
    except OSError:
        return StateFolderFacts(str(folder), exists=False, mode=0, owner="", user=user)
    return StateFolderFacts(str(folder), exists=True, mode=found.st_mode & 0o7777, owner=user_name(found.st_uid), user=user)


def journal(site: Site, now_ms: int) -> JournalFacts | NoJournal:
    """Return the condition of the journal; the gaps are those of the last day."""
    if not site.lines:
        return NoJournal("the site file describes no gateway", expected=False)
    try:
        found = overview(Path(site.journal.path), now_ms - _DAY_MS)
    except FileNotFoundError:
        return NoJournal("there is no journal yet", expected=False)
    except (OSError, sqlite3.Error) as error:
        return NoJournal(str(error), expected=True)
    return JournalFacts(now_ms, *found)
