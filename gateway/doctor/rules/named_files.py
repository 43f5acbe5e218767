"""The files and folders that a site file names. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Finding, Sentence

_FEW_DAYS = 10.0


class CertificateFacts(NamedTuple):
    """What is wrong with the files of TLS connections, and how many days the own certificate has left (None without one)."""

    findings: Sequence[Finding]
    days_left: float | None


class StateFolderFacts(NamedTuple):
    """The folder of journal and state: whether it exists, its mode, its owner, and as whom the gateway runs."""

    path: str
    exists: bool
    mode: int
    owner: str
    user: str


def certificates(facts: CertificateFacts | None) -> CheckResult:
    """Judge certificates and keys."""
    name = "certificates"
    if facts is None or (facts.days_left is None and not facts.findings):
        return not_applicable(name, "the site file names no client certificate", "il file del sito non nomina un certificato")
    if facts.findings:
        return _first(name, facts.findings)
    days = facts.days_left or 0.0
    text = Sentence(f"the certificate is valid for {days:.0f} days", f"il certificato vale per {days:.0f} giorni")
    if days < _FEW_DAYS:
        return warning(
            name,
            text,
            Sentence(
                "let the gateway connect: it renews it; or: gateway trust renew",
                "fai collegare il gateway: lo rinnova; oppure: gateway trust renew",
            ),
        )
    return ok(name, text.en, text.it)


def files(findings: Sequence[Finding] | None) -> CheckResult:
    """Judge the other files: passwords, tokens, data."""
    name = "files"
    if findings is None:
        return not_applicable(name, "without a site file, no files are known", "senza il file del sito non si conoscono file")
    return _first(name, findings) if findings else ok(name, "all files can be used", "tutti i file si possono usare")


def state_folder(facts: StateFolderFacts | None) -> CheckResult:
    """Judge who may look into the folder of journal and state."""
    name = "state-folder"
    if facts is None:
        return not_applicable(name, "the site file describes no gateway", "il file del sito non descrive un gateway")
    if not facts.exists:
        text = Sentence(f"{facts.path} does not exist yet", f"{facts.path} non esiste ancora")
        return unknown(name, text.en, text.it, Sentence("the first start of the service makes it", "il primo avvio del servizio la crea"))
    if facts.owner != facts.user:
        text = Sentence(
            f"{facts.path} belongs to {facts.owner}, not to {facts.user}", f"{facts.path} appartiene a {facts.owner}, non a {facts.user}"
        )
        return failed(name, text, Sentence(f"sudo chown -R {facts.user}: {facts.path}", f"sudo chown -R {facts.user}: {facts.path}"))
    if facts.mode & 0o007:
        text = Sentence(
            f"every user can look into {facts.path} (mode {facts.mode:04o})",
            f"ogni utente può guardare in {facts.path} (modo {facts.mode:04o})",
        )
        return warning(name, text, Sentence(f"chmod 0750 {facts.path}", f"chmod 0750 {facts.path}"))
    return ok(name, f"{facts.path} belongs to {facts.user} alone", f"{facts.path} è solo di {facts.user}")


def _first(name: str, findings: Sequence[Finding]) -> CheckResult:
    """Return a check that reports the gravest finding, and how many others there are."""
    first = next((one for one in findings if one.is_error), findings[0])
    more = f" (+{len(findings) - 1})" if len(findings) > 1 else ""
    text = Sentence(f"{first.key}: {first.what.en}{more}", f"{first.key}: {first.what.it}{more}")
    fix = Sentence(f"{first.instead.en}; 'gateway check' lists everything", f"{first.instead.it}; 'gateway check' elenca tutto")
    return failed(name, text, fix) if first.is_error else warning(name, text, fix)
