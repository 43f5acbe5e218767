"""Runs probes at the same time, each within a limit: what hangs costs only its own checks."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from typing import NamedTuple

from gateway.doctor.check import CheckResult, unknown
from gateway.host.checks.finding import Sentence

log = logging.getLogger(__name__)


class Examination(NamedTuple):
    """A probe with its judgements, and the names of the checks that they return."""

    names: tuple[str, ...]
    run: Callable[[], Sequence[CheckResult]]


def examine(examinations: Sequence[Examination], within_s: float) -> list[CheckResult]:
    """Run all examinations and return their checks in order. Those of one that hangs or fails are unknown."""
    done = SimpleQueue[tuple[int, Sequence[CheckResult]]]()

    def run(number: int) -> None:
        done.put((number, _checks(examinations[number])))

    # Daemons: nothing can stop a thread that waits for a device or a file system that hangs.
    for number, one in enumerate(examinations):
        threading.Thread(target=run, args=(number,), daemon=True, name=f"doctor {one.names[0]}").start()
    found: dict[int, Sequence[CheckResult]] = {}
    ends_s = time.monotonic() + within_s
    try:
        while len(found) < len(examinations):
            number, checks = done.get(timeout=max(0.0, ends_s - time.monotonic()))
            found[number] = checks
    except Empty:
        pass  # the time is over
    return [check for number, one in enumerate(examinations) for check in found.get(number) or _late(one, within_s)]


def _checks(one: Examination) -> Sequence[CheckResult]:
    try:
        return one.run()
    except Exception as error:  # on purpose so broad: a fault in one probe must not hide what the others find
        log.debug("a probe failed", exc_info=True)
        reason = f"{type(error).__name__}: {error}"
        return [
            unknown(name, f"the check itself failed: {reason}", f"il controllo stesso è fallito: {reason}", _REPORT) for name in one.names
        ]


_REPORT = Sentence("please report it", "segnalalo, per favore")


def _late(one: Examination, within_s: float) -> list[CheckResult]:
    fix = Sentence(
        "something hangs: a disk, a name server, a device; try again", "qualcosa è bloccato: disco, server dei nomi, dispositivo; riprova"
    )
    return [unknown(name, f"no answer within {within_s:g} s", f"nessuna risposta entro {within_s:g} s", fix) for name in one.names]
