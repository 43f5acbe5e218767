"""The ledger of a site file: what is staged, what is on trial, and what was changed when, by whom and why. Pure.

A change is durable in two steps: the ledger says what is about to be written, then the site file is written. After a kill the file itself
tells which of the two happened last, so there is never a third state. A trial that is not confirmed in time is undone.
"""

from typing import Literal, NamedTuple

import msgspec

TRIAL_S = 300.0
"""How long a change is on trial. It is undone if nobody has confirmed it by then."""

MOST_ENTRIES = 100

ChangedBy = Literal["technician", "centre", "gateway"]
"""Who changes a configuration; `gateway` is the gateway itself, when a trial ends."""

Confirms = Literal["person", "uplink", "nothing"]
"""What confirms a change: a person, the uplink when it works, or nothing, if no gateway runs that could try it."""

ChangeOutcome = Literal["confirmed", "undone", "superseded"]


class Staged(msgspec.Struct, frozen=True):
    """A text that waits to be applied."""

    hash: str
    by: ChangedBy
    at_ms: int


class Change(msgspec.Struct, frozen=True):
    """A change from one text to another, by their hashes."""

    old: str
    new: str
    by: ChangedBy
    why: str
    at_ms: int


class Trial(msgspec.Struct, frozen=True):
    """A change that is on trial until a time since boot. `boot` names that boot."""

    change: Change
    boot: str
    until_up_ms: int
    confirms: Confirms
    rebooted: bool = False


class LedgerEntry(msgspec.Struct, frozen=True):
    """A change that is over, and its outcome, with the reason for the outcome if it is not the change's own."""

    number: int
    change: Change
    outcome: ChangeOutcome
    reason: str = ""
    ended_ms: int = 0


class Ledger(msgspec.Struct, frozen=True):
    """The whole ledger. `newest_order` is the number of the newest order of the centre: older ones are refused."""

    entries: tuple[LedgerEntry, ...] = ()
    staged: Staged | None = None
    trial: Trial | None = None
    newest_order: int = 0


class Moment(NamedTuple):
    """A time by the clock of day and since boot, and which boot."""

    at_ms: int
    up_ms: int
    boot: str


class ChangeRefused(Exception):
    """A change can't be made now; the message says why, and what to do; `it` does so in Italian."""

    def __init__(self, en: str, it: str) -> None:
        super().__init__(en)
        self.it = it


def stage(ledger: Ledger, staged: Staged | None) -> Ledger:
    """Return the ledger with a text that is staged instead of any other."""
    return msgspec.structs.replace(ledger, staged=staged)


def begin(ledger: Ledger, trial: Trial, staged: Staged | None = None) -> Ledger:
    """Return the ledger with a trial that begins, and what stays staged: next, the site file is written.

    Raises:
        ChangeRefused: Another change is on trial.
    """
    if ledger.trial is not None:
        raise ChangeRefused("a change is on trial: confirm it or undo it first", "una modifica è in prova: prima confermala o annullala")
    return msgspec.structs.replace(ledger, trial=trial, staged=staged)


def end(ledger: Ledger, outcome: ChangeOutcome, reason: str, now: Moment) -> Ledger:
    """Return the ledger after the end of the trial. What is confirmed is in the site file, what is undone was put back before.

    Raises:
        ChangeRefused: Nothing is on trial.
    """
    if ledger.trial is None:
        raise ChangeRefused("no change is on trial", "nessuna modifica è in prova")
    number = ledger.entries[-1].number + 1 if ledger.entries else 1
    entry = LedgerEntry(number, ledger.trial.change, outcome, reason, now.at_ms)
    return msgspec.structs.replace(ledger, entries=(*ledger.entries, entry)[-MOST_ENTRIES:], trial=None)


def order(ledger: Ledger, number: int) -> Ledger:
    """Return the ledger after an order of the centre.

    Raises:
        ChangeRefused: The order was seen before, or is older than one that was.
    """
    if number <= ledger.newest_order:
        raise ChangeRefused(
            "the order is not newer than the last one: it was sent again", "l'ordine non è più nuovo dell'ultimo: è stato ripetuto"
        )
    return msgspec.structs.replace(ledger, newest_order=number)


def left_ms(trial: Trial, now: Moment) -> int:
    """Return how much of a trial is left; 0 if it is over."""
    return max(0, trial.until_up_ms - now.up_ms) if trial.boot == now.boot else 0


class Recovery(NamedTuple):
    """The ledger after a start, and the text to put back into the site file, by its hash, before this ledger is written."""

    ledger: Ledger
    put_back: str | None = None


def recover(ledger: Ledger, file_hash: str, now: Moment) -> Recovery:
    """Return what a start makes of a ledger and the site file that it finds, whatever was killed before.

    A reboot gives a trial its whole time again, once: how long the machine was off is not known.
    """
    trial = ledger.trial
    if trial is None:
        return Recovery(ledger)
    change = trial.change
    if file_hash == change.old and change.old != change.new:
        return Recovery(end(ledger, "undone", "the gateway ended before the change was made, or when it was undone", now))
    if file_hash != change.new:
        return Recovery(end(ledger, "superseded", "the file was changed by hand meanwhile", now))
    if trial.confirms == "nothing":
        return Recovery(end(ledger, "confirmed", "", now))
    if trial.boot != now.boot and not trial.rebooted:
        again = msgspec.structs.replace(trial, boot=now.boot, until_up_ms=now.up_ms + int(1000 * TRIAL_S), rebooted=True)
        return Recovery(msgspec.structs.replace(ledger, trial=again))
    if left_ms(trial, now) == 0:
        return Recovery(end(ledger, "undone", "not confirmed in time", now), change.old)
    return Recovery(ledger)


def previous(ledger: Ledger, file_hash: str) -> LedgerEntry:
    """Return the change that made the site file what it is.

    Raises:
        ChangeRefused: None did.
    """
    newest = next((entry for entry in reversed(ledger.entries) if entry.outcome == "confirmed"), None)
    if newest is None:
        raise ChangeRefused("there is no earlier configuration to go back to", "non c'è una configurazione precedente a cui tornare")
    if newest.change.new != file_hash:
        raise ChangeRefused(
            "the site file was changed by hand since the last change: undo that by hand",
            "il file è stato modificato a mano dopo l'ultima modifica: annullala a mano",
        )
    return newest
