"""The journal: integrity, age, backlog, losses. Pure."""

from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence

_OLD_MS, _MINUTE_MS = 900_000, 60_000
_LONG_WAIT_MS = 3_600_000


class JournalFacts(NamedTuple):
    """What a journal contains.

    Args:
        now_ms: the present.
        flaw: what is wrong with its file; None if nothing was found.
        newest_ms: when its newest batch was made; None if it has none.
        waiting: how many batches wait for a receipt.
        oldest_ms: since when the oldest of them waits.
        gaps: how many gaps were recorded in the last day.
        last_gap: the reason of the newest of them.
    """

    now_ms: int
    flaw: str | None = None
    newest_ms: int | None = None
    waiting: int = 0
    oldest_ms: int | None = None
    gaps: int = 0
    last_gap: str = ""


class NoJournal(NamedTuple):
    """There is no journal to look into: the site has none, it is not there yet, or it can't be read by this user."""

    why: str
    expected: bool


def integrity(facts: JournalFacts | NoJournal) -> CheckResult:
    """Judge the file and the age of its newest batch."""
    name = "journal"
    if isinstance(facts, NoJournal):
        return _without(name, facts)
    if facts.flaw is not None:
        fix = Sentence(
            "restart the gateway: it sets the file aside and starts a new one",
            "riavvia il gateway: mette da parte il file e ne comincia uno nuovo",
        )
        return failed(name, Sentence(f"the journal is damaged: {facts.flaw}", f"il journal è danneggiato: {facts.flaw}"), fix)
    if facts.newest_ms is None:
        return ok(name, "the journal is intact, and empty", "il journal è integro, e vuoto")
    age = max(0, facts.now_ms - facts.newest_ms)
    if age > _OLD_MS:
        text = Sentence(
            f"the newest readings are {age // _MINUTE_MS} minutes old", f"le letture più recenti hanno {age // _MINUTE_MS} minuti"
        )
        fix = Sentence(
            "check that the gateway runs, and that devices respond",
            "controlla che il gateway sia in funzione, e che i dispositivi rispondano",
        )
        return warning(name, text, fix)
    return ok(name, "the journal is intact, and its readings are of now", "il journal è integro, e le letture sono attuali")


def backlog(facts: JournalFacts | NoJournal) -> CheckResult:
    """Judge what waits to be confirmed by the centre."""
    name = "backlog"
    if isinstance(facts, NoJournal):
        return _without(name, facts)
    waits_ms = 0 if facts.oldest_ms is None else facts.now_ms - facts.oldest_ms
    if waits_ms <= _LONG_WAIT_MS:
        return ok(name, f"batches that wait for the centre: {facts.waiting}", f"blocchi in attesa del centro: {facts.waiting}")
    minutes = waits_ms // _MINUTE_MS
    text = Sentence(
        f"{facts.waiting} batches wait for the centre, the oldest for {minutes} minutes",
        f"{facts.waiting} blocchi aspettano il centro, il più vecchio da {minutes} minuti",
    )
    fix = Sentence("check network and broker, and 'gateway fleet' at the centre", "controlla rete e broker, e 'gateway fleet' al centro")
    return warning(name, text, fix)


def losses(facts: JournalFacts | NoJournal) -> CheckResult:
    """Judge recorded losses."""
    name = "losses"
    if isinstance(facts, NoJournal):
        return _without(name, facts)
    if not facts.gaps:
        return ok(name, "nothing was lost in the last day", "nell'ultimo giorno non si è perso nulla")
    text = Sentence(
        f"gaps in the last day: {facts.gaps}; the last: {facts.last_gap}",
        f"lacune nell'ultimo giorno: {facts.gaps}; l'ultima: {facts.last_gap}",
    )
    return warning(name, text, Sentence("'gateway journal gaps' lists them", "'gateway journal gaps' le elenca"))


def _without(name: str, facts: NoJournal) -> CheckResult:
    if not facts.expected:
        return not_applicable(name, facts.why, "non c'è un journal da controllare")
    fix = Sentence(
        "run this as the user of the service: sudo -u street-gateway gateway doctor …",
        "esegui questo comando come utente del servizio: sudo -u street-gateway gateway doctor …",
    )
    return unknown(name, facts.why, f"il journal non si può leggere: {facts.why}", fix)
