"""The way of each batch of the honest gateways: what happened to it, when and where. Each process appends its steps to a file of its own.

The steps, in order: made (its first reading), `sent`, `accepted` by the broker, `received` by a worker, `stored`, `receipt sent`, `receipt
accepted` by the broker, `receipt received`, and `settled` in the gateway's window. `receipt sent` says how many publishes were before it.
"""

import os
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

SUFFIX = ".trace"


class Number(NamedTuple):
    """A batch: its operator, its epoch in hex, its number."""

    operator: str
    epoch: str
    seq: int


class Step(NamedTuple):
    """What happened to a batch, where and when."""

    t_ms: int
    where: str
    what: str
    number: Number


class TraceFile:
    """Appends the steps of one process to its file."""

    def __init__(self, folder: Path, where: str) -> None:
        self._where = where
        self._file = os.open(folder / f"{where}{SUFFIX}", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def note(self, what: str, numbers: Iterable[Number]) -> None:
        """Append a step of some batches, which happens now."""
        t_ms = time.time_ns() // 1_000_000
        lines = [msgspec.json.encode(Step(t_ms, self._where, what, number)) + b"\n" for number in numbers]
        if lines:
            os.write(self._file, b"".join(lines))


class Traces:
    """All steps that were noted in a folder, by batch."""

    def __init__(self, folder: Path) -> None:
        self._steps: dict[Number, list[Step]] = defaultdict(list)
        read = msgspec.json.Decoder(Step).decode
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            for line in path.read_bytes().splitlines():
                step = read(line)
                self._steps[step.number].append(step)

    def story(self, number: Number, from_ms: int) -> str:
        """Return in one line what happened to a batch, in seconds since its first reading."""
        steps = sorted(self._steps.get(number, ()), key=lambda one: one.t_ms)
        return "; ".join(f"{(step.t_ms - from_ms) / 1000:.1f} s {step.where} {step.what}" for step in steps)
