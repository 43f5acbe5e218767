"""The alarm of a gateway whose disk is slow. It begins with a slow write and ends an hour after the last one, also across restarts."""

import contextlib
from pathlib import Path

from gateway.journal.write_times import REMEMBERED_S, SLOW_S, WriteTimes
from gateway.model.batch import Value

SLOW_WRITES = "slow_writes"
"""The name of the alarm, and of the file in the folder `state` while it is active."""


class SlowWriteAlarm:
    """Whether the alarm is active."""

    def __init__(self, state: Path, writes: WriteTimes, now_s: float) -> None:
        self._file, self._writes = state / SLOW_WRITES, writes
        self._active = self._file.exists()
        self._again_until_s = now_s + REMEMBERED_S if self._active else now_s
        """Until when it stays active because it was before the start."""

    def change(self, now_s: float) -> bool | None:
        """Return whether the alarm begins (True) or ends (False); None if it stays as it is."""
        active = self._writes.slowest_s(now_s) is not None or now_s < self._again_until_s
        if active == self._active:
            return None
        self._active = active
        with contextlib.suppress(OSError):  # a disk that takes no mark has other alarms
            if active:
                self._file.touch()
            else:
                self._file.unlink()
        return active


def slow_write_alarm(*, active: bool) -> list[Value]:
    """Return the event that begins or ends the alarm."""
    text = f"slow disk: a write took more than {SLOW_S:g} s; the card may be worn"
    text_it = f"disco lento: una scrittura ha richiesto più di {SLOW_S:g} s; la scheda può essere usurata"
    return [SLOW_WRITES, active, text, text_it]
