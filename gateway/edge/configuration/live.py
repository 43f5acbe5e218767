"""Changes the configuration of the running gateway, for `gateway.web.technician.config_routes` and for orders of the centre."""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeVar

from gateway.config.problems import ConfigError, Problem
from gateway.config.site_file import LoadedSite, site_of_text
from gateway.edge.services.parts import Present
from gateway.staging.checks import live_problems, loaded_gateway
from gateway.staging.configuration import Configuration, Terms
from gateway.staging.configuration import present as now
from gateway.staging.difference import Difference, differences, unified_diff
from gateway.staging.ledger import ChangeRefused, LedgerEntry, Trial, left_ms
from gateway.staging.single_line import changed_lines, only_lines
from gateway.staging.store import LedgerDamaged, hash_of_text
from gateway.web.json_api import ApiError
from gateway.web.technician.config_routes import ChangeView, ConfigurationView, DifferenceView, ProblemView, StagedView, TrialView

T = TypeVar("T")

log = logging.getLogger(__name__)

_LATE = "not confirmed in time"


class LiveConfiguration:
    """Stages, applies, confirms and undoes, one thing at a time. A change that is not confirmed in time is undone.

    `settled` is called with each change that is over.
    """

    def __init__(self, present: Present, configuration: Configuration, settled: Callable[[LedgerEntry], None] = lambda _: None) -> None:
        self._present, self._configuration, self._settled = present, configuration, settled
        self._turn = asyncio.Lock()
        self._watch: asyncio.Task[None] | None = None

    async def resume(self) -> None:
        """Go on with a trial that a restart has interrupted."""
        if not self._configuration.store.exists:
            return
        try:
            trial = (await asyncio.to_thread(lambda: self._configuration.ledger)).trial
        except LedgerDamaged as error:
            log.error("%s", error)  # noqa: TRY400 — a sentence for the operator
            return
        if trial is not None:
            self._begin_watch(trial)

    async def close(self) -> None:
        """End waiting for the end of a trial; the next start goes on with it."""
        self._end_watch()

    async def view(self) -> ConfigurationView:
        """Return the present configuration."""
        text, ledger = await self._read(lambda: (self._configuration.store.site_text(), self._configuration.ledger))
        staged = ledger.staged
        shown = None if staged is None else await self.compare(await self._read(lambda: self._configuration.store.text(staged.hash)))
        return ConfigurationView(hash_of_text(text), text, shown, None if ledger.trial is None else _trial(ledger.trial))

    async def log(self) -> list[ChangeView]:
        """Return the changes, the newest last."""
        ledger = await self._read(lambda: self._configuration.ledger)
        return [change_view(entry) for entry in ledger.entries]

    async def stage(self, text: str) -> StagedView:
        """Stage a text instead of any other."""
        async with self._turn:
            staged = await self.compare(text)
            await self._read(lambda: self._configuration.stage(text, "technician"))
        return staged

    async def accept_order(self, number: int) -> None:
        """Remember the number of an order of the centre; one that is not greater is refused."""
        await self._read(lambda: self._configuration.accept_order(number))

    async def discard(self) -> None:
        """Forget what is staged."""
        async with self._turn:
            await self._read(self._configuration.discard)

    async def apply(self, why: str, lines: list[str]) -> TrialView:
        """Apply on trial what is staged, or of it only what changes some lines; the rest stays staged."""
        staged = await self._read(self._configuration.staged_text)
        before = await self._read(self._configuration.store.site_text)
        text = await self._read(lambda: only_lines(before, staged, lines))
        return _trial(await self.apply_text(text, Terms("technician", why), keep_staged=text != staged))

    async def apply_text(self, text: str, terms: Terms, *, keep_staged: bool = False) -> Trial:
        """Apply a text on trial: it is in the site file and in the gateway when this returns. What is staged stays so, or is forgotten.

        Raises:
            ApiError: It can't be applied; the sentence says why.
        """
        async with self._turn:
            loaded, problems = await self._check(text)
            edge = None if loaded is None else loaded.edge
            if problems or edge is None:
                first = problems[0]
                italian = first.in_italian()
                raise ApiError(409, f"it can't be applied: line {first.line}: {first.what}; {first.instead}",
                               f"non si può applicare: riga {first.line}: {italian.what}; {italian.instead}")  # fmt: skip
            before, parts = self._present().site, self._present()
            trial = await self._read(lambda: self._configuration.apply(text, terms, keep_staged=keep_staged))
            try:
                await parts.change(edge)
            except Exception as error:
                log.exception("the configuration can't be applied; putting back the one before")
                await self._read(lambda: self._configuration.undo("the gateway could not change to it"))
                await parts.change(before)
                en = "the gateway could not change to it, and has the configuration before; its log says why"
                it = "il gateway non ha potuto applicarla e ha ancora la configurazione precedente; vedi il log"
                raise ApiError(500, en, it) from error
            self._begin_watch(trial)
        log.info("configuration %s is on trial: %s", trial.change.new, trial.change.why or "no reason given")
        return trial

    async def confirm(self) -> None:
        """Confirm what is on trial."""
        async with self._turn:
            await self._read(self._configuration.confirm)
            self._end_watch()
            await self._tell()

    async def undo(self, why: str) -> TrialView | None:
        """Undo what is on trial, or else change back, on trial, to the configuration before."""
        if (await self._read(lambda: self._configuration.ledger)).trial is not None:
            await self._undo_trial(why or "undone by hand")
            return None
        text = await self._read(self._configuration.earlier)
        return _trial(await self.apply_text(text, Terms("technician", why or "undo")))

    async def _undo_trial(self, reason: str) -> None:
        async with self._turn:
            text = await self._read(lambda: self._configuration.undo(reason))
            self._end_watch()
            edge = (await asyncio.to_thread(site_of_text, text, str(self._configuration.store.site_file))).edge
            if edge is not None:
                await self._present().change(edge)
            await self._tell()
        log.warning("the configuration before is back: %s", reason)

    async def _tell(self) -> None:
        """Tell what became of the change that is over."""
        ledger = await self._read(lambda: self._configuration.ledger)
        self._settled(ledger.entries[-1])

    def _begin_watch(self, trial: Trial) -> None:
        self._end_watch()
        self._watch = asyncio.create_task(self._until_the_end(trial), name="trial of the configuration")

    def _end_watch(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None and watch is not asyncio.current_task():
            watch.cancel()

    async def _until_the_end(self, trial: Trial) -> None:
        """Confirm a trial when the uplink works with it, if that is what confirms it, and undo it when its time is over."""
        try:
            async with asyncio.timeout(left_ms(trial, now()) / 1000):
                await (self._present().uplink_works() if trial.confirms == "uplink" else asyncio.Event().wait())
        except TimeoutError:
            await self._undo_trial("the uplink did not work with it" if trial.confirms == "uplink" else _LATE)
        else:
            await self.confirm()

    async def compare(self, text: str) -> StagedView:
        """Return how a text differs from the site file, and what keeps it from being applied."""
        before = await self._read(self._configuration.store.site_text)
        loaded, problems = await self._check(text)
        found = [] if loaded is None else await asyncio.to_thread(_differences, before, loaded)
        diff = await asyncio.to_thread(unified_diff, before, text, self._configuration.store.site_file.name)
        lines = [] if loaded is None else await asyncio.to_thread(_changed_lines, before, loaded)
        views = [difference_view(one) for one in found]
        return StagedView(hash_of_text(text), views, diff, [problem_view(one) for one in problems], lines)

    async def _check(self, text: str) -> tuple[LoadedSite | None, list[Problem]]:
        """Return the site of a text, if it is valid, and what keeps it from being applied."""
        site = self._present().site
        try:
            loaded = await asyncio.to_thread(loaded_gateway, text, str(self._configuration.store.site_file))
        except ConfigError as error:
            return None, error.problems
        return loaded, await asyncio.to_thread(live_problems, site, loaded)

    @staticmethod
    async def _read(work: Callable[[], T]) -> T:
        """Do something with files, in a thread. What goes wrong becomes a sentence."""
        try:
            return await asyncio.to_thread(work)
        except ChangeRefused as error:
            raise ApiError(409, str(error), error.it) from error
        except (OSError, LedgerDamaged, ConfigError) as error:
            raise ApiError(500, f"the configuration can't be used: {error}", f"la configurazione non è utilizzabile: {error}") from error


def problem_view(one: Problem) -> ProblemView:
    """Return a problem as the page and the commands show it."""
    italian = one.in_italian()
    return ProblemView(one.line, one.column, one.what, one.instead, italian.what, italian.instead)


def difference_view(one: Difference) -> DifferenceView:
    """Return a difference as the page and the commands show it."""
    return DifferenceView(
        kind=one.kind, name=one.name, what=one.what, key=one.key, before=one.before, after=one.after, en=one.english, it=one.italian
    )


def _differences(before: str, after: LoadedSite) -> list[Difference]:
    try:
        return differences(site_of_text(before, "site.yaml").site, after.site)
    except ConfigError:
        return []  # the site file was changed by hand to something invalid


def _changed_lines(before: str, after: LoadedSite) -> list[str]:
    try:
        return changed_lines(site_of_text(before, "site.yaml").site, after.site)
    except ConfigError:
        return []


def _trial(trial: Trial) -> TrialView:
    change = trial.change
    return TrialView(change.old, change.new, change.by, change.why, change.at_ms, left_ms(trial, now()) / 1000, trial.confirms)


def change_view(entry: LedgerEntry) -> ChangeView:
    """Return a change that is over as the page and the commands show it."""
    one = entry.change
    return ChangeView(entry.number, one.old, one.new, one.by, one.why, one.at_ms, entry.outcome, entry.reason)
