"""The configuration of one gateway: staged, applied on trial, confirmed, undone. Each step is durable before the next begins."""

from pathlib import Path
from typing import NamedTuple

from gateway.config.problems import ConfigError
from gateway.host import clock
from gateway.staging import ledger as rules
from gateway.staging.ledger import Change, ChangedBy, ChangeRefused, Confirms, Ledger, Moment, Staged, Trial
from gateway.staging.store import ConfigurationStore, hash_of_text


class Terms(NamedTuple):
    """The terms of a change: who makes it and why, and what confirms it within how long."""

    by: ChangedBy
    why: str
    confirms: Confirms = "person"
    within_s: float = rules.TRIAL_S


def present() -> Moment:
    """Return the present moment."""
    return Moment(clock.now_ms(), int(clock.up_ms()), clock.boot_id())


class Configuration:
    """The configuration of the gateway that a site file describes; `state` is its folder.

    Every method may raise:
        OSError: A file can't be written; then the configuration is what it was.
        LedgerDamaged: The ledger can't be read.
        ConfigError: A text can't be read.
    """

    def __init__(self, site_file: Path, state: Path) -> None:
        self.store = ConfigurationStore(site_file, state)

    @property
    def ledger(self) -> Ledger:
        """The ledger as it is on disk."""
        return self.store.ledger()

    def stage(self, text: str, by: ChangedBy) -> str:
        """Keep a text as the staged one. Return its hash."""
        with self.store.locked():
            name = self.store.keep(text)
            self.store.write_ledger(rules.stage(self.ledger, Staged(name, by, present().at_ms)))
        return name

    def discard(self) -> None:
        """Forget the staged text."""
        with self.store.locked():
            self.store.write_ledger(rules.stage(self.ledger, None))

    def staged_text(self) -> str:
        """Return the staged text.

        Raises:
            ChangeRefused: Nothing is staged.
        """
        staged = self.ledger.staged
        if staged is None:
            raise ChangeRefused("nothing is staged: stage a configuration first", "niente da applicare: prima prepara una configurazione")
        return self.store.text(staged.hash)

    def apply(self, text: str, terms: Terms, *, keep_staged: bool = False) -> Trial:
        """Write a text to the site file, on trial: first the intention is durable, then the file. What is staged stays so, or is forgotten.

        Raises:
            ChangeRefused: Another change is on trial, or the text is that of the site file.
        """
        with self.store.locked():
            before, now = self.store.site_text(), present()
            if text == before:
                raise ChangeRefused("the configuration is the same already", "la configurazione è già questa")
            change = Change(self.store.keep(before), self.store.keep(text), terms.by, terms.why, now.at_ms)
            trial = Trial(change, now.boot, now.up_ms + int(1000 * terms.within_s), terms.confirms)
            self.store.write_ledger(rules.begin(self.ledger, trial, self.ledger.staged if keep_staged else None))
            self.store.write_site(text)
            if trial.confirms == "nothing":
                self.store.write_ledger(rules.end(self.ledger, "confirmed", "", now))
        return trial

    def confirm(self) -> None:
        """Confirm the change that is on trial.

        Raises:
            ChangeRefused: None is.
        """
        with self.store.locked():
            self.store.write_ledger(rules.end(self.ledger, "confirmed", "", present()))

    def undo(self, reason: str) -> str:
        """Put back the text from before the trial, and return it.

        Raises:
            ChangeRefused: Nothing is on trial.
        """
        with self.store.locked():
            ledger = self.ledger
            after = rules.end(ledger, "undone", reason, present())
            text = self.store.text(after.entries[-1].change.old)
            self.store.write_site(text)
            self.store.write_ledger(after)
        return text

    def earlier(self) -> str:
        """Return the text from before the change that made the site file what it is.

        Raises:
            ChangeRefused: None did.
        """
        return self.store.text(rules.previous(self.ledger, hash_of_text(self.store.site_text())).change.old)

    def accept_order(self, number: int) -> None:
        """Remember the number of an order of the centre.

        Raises:
            ChangeRefused: The order is not newer than the last.
        """
        with self.store.locked():
            self.store.write_ledger(rules.order(self.ledger, number))

    def recover(self) -> bool:
        """Make the site file and the ledger one again, after whatever ended the last program that changed them.

        Return whether the site file has changed.
        """
        with self.store.locked():
            before = self.ledger
            try:
                found = hash_of_text(self.store.site_text())
            except ConfigError:
                found = ""
            ledger, put_back = rules.recover(before, found, present())
            if put_back is not None:
                self.store.write_site(self.store.text(put_back))
            if ledger != before:
                self.store.write_ledger(ledger)
        return put_back is not None
