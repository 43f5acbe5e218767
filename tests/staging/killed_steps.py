"""Changes of a configuration in a process that is killed at some step, and what the next start finds."""

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from gateway.staging import configuration as module
from gateway.staging.configuration import Configuration, Terms
from gateway.staging.ledger import TRIAL_S
from tests.staging.kill_points import KillPoints

OLD = "# Prato, kiosk 7\nsite: prato   # the city\n\nlines: []  # none yet\n"
NEW = OLD.replace("none yet", "soon") + "# changed\n"
TERMS = Terms("technician", "a trial")


def _stage(configuration: Configuration) -> None:
    configuration.stage(NEW, "technician")


def _apply(configuration: Configuration) -> None:
    configuration.apply(NEW, TERMS)


def _confirm(configuration: Configuration) -> None:
    _apply(configuration)
    configuration.confirm()


def _undo(configuration: Configuration) -> None:
    _apply(configuration)
    configuration.undo("by hand")


def _without_a_gateway(configuration: Configuration) -> None:
    configuration.apply(NEW, TERMS._replace(confirms="nothing"))


def _too_late(configuration: Configuration) -> None:
    """The recovery of a trial that has ended while nothing ran."""
    moment = module.present()
    module.present = lambda: moment._replace(up_ms=moment.up_ms + int(1001 * TRIAL_S))
    configuration.recover()


SCENARIOS: dict[str, Callable[[Configuration], None]] = {
    "stage": _stage, "apply": _apply, "confirm": _confirm, "undo": _undo, "without a gateway": _without_a_gateway, "recover": _too_late,
}  # fmt: skip


class Killed(NamedTuple):
    """A trial: in which scenario, at which step, and at which step of the recovery after it (0: at none)."""

    scenario: str
    step: int
    recovery_step: int = 0


def steps_of(scenario: str, folder: Path) -> int:
    """Return how many steps a scenario has."""
    prepare(scenario, folder)
    points, (reader, writer) = KillPoints(0), os.pipe()
    child = os.fork()
    if child == 0:
        _work(SCENARIOS[scenario], folder, points)
        os.write(writer, str(points.seen).encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as file:
        count = int(file.read())
    os.waitpid(child, 0)
    return count


def prepare(scenario: str, folder: Path) -> None:
    """Write the site file, and begin the trial that is recovered."""
    folder.mkdir()
    (folder / "site.yaml").write_text(OLD)
    if scenario == "recover":
        Configuration(folder / "site.yaml", folder).apply(NEW, TERMS)


def attempt(trial: Killed, folder: Path) -> str | None:
    """Do a trial. Return what is wrong afterwards, None if nothing is."""
    prepare(trial.scenario, folder)
    if not _killed(lambda: _work(SCENARIOS[trial.scenario], folder, KillPoints(trial.step))):
        return "it was not killed"
    if trial.recovery_step:
        _killed(lambda: _work(_recover, folder, KillPoints(trial.recovery_step)))
    return _wrong(folder)


def _recover(configuration: Configuration) -> None:
    configuration.recover()


def _work(work: Callable[[Configuration], None], folder: Path, points: KillPoints) -> None:
    with points.installed(), points.armed():
        work(Configuration(folder / "site.yaml", folder))


def _killed(work: Callable[[], None]) -> bool:
    """Return whether a process that does the work was killed."""
    child = os.fork()
    if child == 0:
        work()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _wrong(folder: Path) -> str | None:
    """Return what is wrong after a start: with the site file, the ledger, or going back."""
    configuration, site = Configuration(folder / "site.yaml", folder), folder / "site.yaml"
    configuration.recover()
    text, ledger = site.read_text(), configuration.ledger
    if text not in (OLD, NEW):
        return f"the site file has a mixture: {text!r}"
    if ledger.trial is not None and text != NEW:
        return "a trial is under way, but the site file has the old text"
    if ledger.trial is None and ledger.entries and text != (NEW if ledger.entries[-1].outcome == "confirmed" else OLD):
        return f"the log says {ledger.entries[-1].outcome}, the site file something else"
    if ledger.trial is not None:
        configuration.undo("after the kill")
    elif text == NEW:
        configuration.apply(configuration.earlier(), TERMS)
        configuration.confirm()
    if site.read_text() != OLD:
        return "undo did not bring the old text back"
    configuration.apply(NEW, TERMS)
    configuration.confirm()
    return None if site.read_text() == NEW else "the change could not be made again"
