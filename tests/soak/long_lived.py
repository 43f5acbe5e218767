"""A process that is to run all the time: its memory and descriptors, the times that it was ended, and the times that it ended by itself."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.hostile.outcome import last_words
from tests.system.servers import Process


class Sample(NamedTuple):
    """A process at a time: its memory without files that are mapped, its open descriptors, the number of the pause that it was in.

    `queued_s` is how long its main thread has waited for a processor since its start (Linux, Documentation/scheduler/sched-stats).
    """

    t_s: float
    held_kib: int
    descriptors: int
    queued_s: float
    pause: int | None


class Peak(NamedTuple):
    """The most memory that a process has used since the sample before."""

    at_ms: int
    mib: float


class LongLived:
    """Starts a process, samples it, and starts it again when it ends, as systemd does.

    Args:
        name: Its name.
        limit_mib: The memory that it may use at most, None if that is not ours to say.
        start: Starts it, and waits until it answers.
        data: The folder of its data. How many files there are in it is a matter of how much is stored: they are not counted as descriptors.
    """

    def __init__(self, name: str, limit_mib: float | None, start: Callable[[], Process], data: Path | None = None) -> None:
        self.name, self.limit_mib, self._start, self._data = name, limit_mib, start, data
        self.program = name.partition("-")[0].partition(" ")[0]
        self.ended = self.restarts = 0
        self.peaks: list[Peak] = []
        self.samples: list[Sample] = []
        self._queued: list[tuple[int, float]] = []
        self.last_words: list[str] = []
        self._down = True
        self.start()

    def start(self) -> None:
        """Start it; forget the samples of its last run."""
        self.process = self._start()
        self.since_s = time.monotonic()
        self.samples = []
        self._down = False

    def end(self, signal_: Callable[[Process], object]) -> None:
        """End it in some way, and leave it down."""
        self._down = True
        self.ended += 1
        signal_(self.process)

    def stop(self) -> list[str]:
        """Stop it for good; return what was wrong with that."""
        self._down = True
        try:
            code = self.process.stop()
        except AssertionError:
            return [f"{self.name} ignored SIGTERM for 30 s"]
        return [f"{self.name} ended with {code}"] if code else []

    def queued_s(self, from_ms: int, to_ms: int) -> float:
        """Return how long its event loop waited for a processor within a time, as far as samples tell."""
        return sum(queued_s for at_ms, queued_s in self._queued if from_ms <= at_ms <= to_ms)

    @property
    def peak(self) -> Peak:
        """The most memory that it has ever used."""
        return max(self.peaks, key=lambda one: one.mib, default=Peak(0, 0.0))

    def look(self, pause: int | None) -> None:
        """Sample it; start it again if it has ended by itself."""
        if self._down:
            return
        if self.process.process.poll() is not None:
            self.restarts += 1
            self.last_words += last_words(self.process.log)
            self.start()
        folder = Path(f"/proc/{self.process.process.pid}")
        with contextlib.suppress(OSError, IndexError):  # it is ending
            status = (folder / "status").read_text()
            held_kib, peak_kib = (int(status.split(key)[1].split()[0]) for key in ("RssAnon:", "VmHWM:"))
            (folder / "clear_refs").write_text("5")  # VmHWM begins anew (proc_pid_clear_refs(5))
            _, queued_ns, _ = map(int, (folder / "schedstat").read_text().split())
            descriptors, at_ms = self._descriptors(folder / "fd"), time.time_ns() // 1_000_000
            queued_s = queued_ns / 1e9
            self.peaks.append(Peak(at_ms, peak_kib / 1024))
            self._queued.append((at_ms, queued_s - (self.samples[-1].queued_s if self.samples else 0.0)))
            self.samples.append(Sample(time.monotonic() - self.since_s, held_kib, descriptors, queued_s, pause))

    def _descriptors(self, folder: Path) -> int:
        if self._data is None:
            return len(list(folder.iterdir()))
        return sum(not one.readlink().is_relative_to(self._data) for one in folder.iterdir())
