"""One check: its name, its state, a sentence, and what to do. Pure."""

from enum import StrEnum

import msgspec

from gateway.host.checks.finding import Sentence


class CheckState(StrEnum):
    """What a check came to. `unknown`: the machine did not say. `not applicable`: there is nothing to check here."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "not applicable"


class CheckResult(msgspec.Struct, frozen=True):
    """The result of one check; `fix` says what to do if it is not ok."""

    name: str
    state: CheckState
    sentence: Sentence
    fix: Sentence | None = None


def ok(name: str, en: str, it: str) -> CheckResult:
    """Return a check that found nothing wrong."""
    return CheckResult(name, CheckState.OK, Sentence(en, it))


def warning(name: str, sentence: Sentence, fix: Sentence) -> CheckResult:
    """Return a check that found something to look after."""
    return CheckResult(name, CheckState.WARNING, sentence, fix)


def failed(name: str, sentence: Sentence, fix: Sentence) -> CheckResult:
    """Return a check that found something that keeps the gateway from its work, or soon will."""
    return CheckResult(name, CheckState.FAILED, sentence, fix)


def unknown(name: str, en: str, it: str, fix: Sentence | None = None) -> CheckResult:
    """Return a check without a result."""
    return CheckResult(name, CheckState.UNKNOWN, Sentence(en, it), fix)


def not_applicable(name: str, en: str, it: str) -> CheckResult:
    """Return a check that has nothing to look at on this machine, or with this site file."""
    return CheckResult(name, CheckState.NOT_APPLICABLE, Sentence(en, it))
