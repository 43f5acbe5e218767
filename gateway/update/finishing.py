"""Tries a new slot to its end: it is proved and stays, or the old one comes back. Killed at any point, the next run goes on.

The program of the old slot does this, so a new one that does not run can't prevent it.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.host.files import locked
from gateway.update import service
from gateway.update.errors import UpdateError
from gateway.update.layout import UpdateLayout
from gateway.update.report import Proof, prove
from gateway.update.slot import install_units
from gateway.update.trial import SlotTrial, read_trial, settle, write_trial

_MOST_ATTEMPTS = 3
"""A new version under which the machine goes down again and again is not tried for ever."""

_LOOK_EVERY_S = 0.5


class TrialTimes(NamedTuple):
    """How long a trial takes, in seconds.

    Attributes:
        hold_s: How long the gateway must have been running.
        answer_s: Within which it must answer with the new version after a restart.
        whole_s: Within which it must be proved.
    """

    hold_s: float = 30.0
    answer_s: float = 60.0
    whole_s: float = 180.0


def finish(layout: UpdateLayout, control_socket: Path, times: TrialTimes, say: Callable[[str, str], None]) -> SlotTrial | None:
    """Finish the trial that is under way, if one is; return it, or the last one.

    Args:
        layout: Where the program is.
        control_socket: The socket of the gateway.
        times: How long the trial takes.
        say: Receives what is done, in English and Italian.

    Raises:
        UpdateError: systemd is missing, or the state is damaged.
        OSError: The disk can't be written.
    """
    layout.state.mkdir(parents=True, exist_ok=True)
    with locked(layout.state):
        trial = read_trial(layout.state)
        if trial is None or not trial.is_pending:
            settle(layout.state)
            return trial
        if trial.phase == "trial":
            trial = write_trial(layout.state, msgspec.structs.replace(trial, attempts=trial.attempts + 1))
            missing = _try(layout, control_socket, trial, times, say)
            if missing is None:
                layout.set_proven(trial.new)
                say(f"version {trial.version} is proved: readings continue", f"la versione {trial.version} funziona: le letture continuano")
                return write_trial(layout.state, msgspec.structs.replace(trial, phase="proved"))
            trial = write_trial(layout.state, msgspec.structs.replace(trial, phase="undoing", why={"en": missing.en, "it": missing.it}))
        return _undo(layout, control_socket, trial, times, say)


def _try(layout: UpdateLayout, control_socket: Path, trial: SlotTrial, times: TrialTimes, say: Callable[[str, str], None]) -> Proof | None:
    """Run the new slot; return None when it is proved, or what is missing."""
    if trial.attempts > _MOST_ATTEMPTS:
        return Proof(
            is_proved=False,
            en=f"the trial was interrupted {_MOST_ATTEMPTS} times",
            it=f"la prova è stata interrotta {_MOST_ATTEMPTS} volte",
        )
    layout.point(trial.new)
    try:
        install_units(layout, trial.new)
    except UpdateError as error:
        return Proof(is_proved=False, en=error.english, it=error.italian)
    if not _runs(control_socket, trial.version):
        say(f"restarting with version {trial.version}", f"riavvio con la versione {trial.version}")
        if not service.restart():
            return Proof(is_proved=False, en="the gateway does not start", it="il gateway non si avvia")
    proof = _proved(control_socket, trial, times)
    return None if proof.is_proved else proof


def _undo(layout: UpdateLayout, control_socket: Path, trial: SlotTrial, times: TrialTimes, say: Callable[[str, str], None]) -> SlotTrial:
    """Put the old slot back and run it."""
    en, it = trial.why.get("en", ""), trial.why.get("it", "")
    say(f"going back to version {trial.old_version}: {en}", f"ritorno alla versione {trial.old_version}: {it}")
    layout.point(trial.old)
    try:
        install_units(layout, trial.old)
    except UpdateError as error:
        say(f"the old units are not in place: {error.english}", f"le unità precedenti non sono al loro posto: {error.italian}")
    if not _runs(control_socket, trial.old_version):
        service.restart()
        _wait(lambda: _runs(control_socket, trial.old_version), times.answer_s)
    return write_trial(layout.state, msgspec.structs.replace(trial, phase="undone"))


def _runs(control_socket: Path, version: str) -> bool:
    running = service.ask_state(control_socket)
    return running is not None and running.identity.version == version


def _proved(control_socket: Path, trial: SlotTrial, times: TrialTimes) -> Proof:
    """Wait for the proof, and return it or what is missing in the end."""
    began_s = last_answer_s = time.monotonic()
    while True:
        running = service.ask_state(control_socket)
        proof = prove(running, trial.version, trial.answering, times.hold_s)
        now_s = time.monotonic()
        if running is not None and running.identity.version == trial.version:
            last_answer_s = now_s
        if proof.is_proved or now_s - last_answer_s > times.answer_s or now_s - began_s > times.whole_s:
            return proof
        time.sleep(_LOOK_EVERY_S)


def _wait(until: Callable[[], bool], within_s: float) -> None:
    ends_s = time.monotonic() + within_s
    while not until() and time.monotonic() < ends_s:
        time.sleep(_LOOK_EVERY_S)
