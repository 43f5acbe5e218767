"""What an attack did: to the delay of others, to the attacked process, to what was stored."""

import http.client
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import msgspec

DELAY_S = 5.0
CENTRE_MIB, GATEWAY_MIB = 200.0, 100.0
_GUARD_MIB = 1500.0
"""At this size the suite itself ends the attacked process, before it harms the machine."""


class Outcome(msgspec.Struct):
    """The outcome of an attack. `wrong` lists what did not hold, in words; `lost` counts readings of others that were not stored or changed."""

    name: str
    held: bool
    victim_delay_s: float
    peak_mib: float
    restarts: int
    lost: int
    seed: int
    wrong: list[str]


def judged(
    name: str, seed: int, *, delay_s: float, peak_mib: float, limit_mib: float, restarts: int, lost: int, others: list[str]
) -> Outcome:
    """Return an outcome, and say in words what did not hold."""
    wrong = [*others]
    if delay_s > DELAY_S:
        wrong.append(f"others waited {delay_s:.1f} s")
    if peak_mib > limit_mib:
        wrong.append(f"{peak_mib:.0f} MiB; the limit is {limit_mib:.0f}")
    if restarts:
        wrong.append(f"the process ended {restarts} times")
    if lost:
        wrong.append(f"{lost} readings of others are lost or changed")
    return Outcome(name, not wrong, round(delay_s, 2), round(peak_mib, 1), restarts, lost, seed, wrong)


class Memory:
    """The peak of a process's memory, over its restarts."""

    def __init__(self) -> None:
        self.peak_mib = 0.0

    def look(self, pid: int) -> bool:
        """Update the peak; return whether the process is so large that it must be ended."""
        try:
            status = Path(f"/proc/{pid}/status").read_text()
        except OSError:
            return False
        if "VmHWM:" not in status:
            return False
        self.peak_mib = max(self.peak_mib, int(status.split("VmHWM:")[1].split()[0]) / 1024)
        return int(status.split("VmRSS:")[1].split()[0]) / 1024 > _GUARD_MIB


class Health:
    """What `/health` of a process says over time."""

    def __init__(self, port: int) -> None:
        self._url = f"http://127.0.0.1:{port}/health"
        self.said: list[bool | None] = []
        self.silent_s = 0.0
        """The longest time without an answer."""
        self._answered_s = time.monotonic()

    def look(self, timeout_s: float = 2.0) -> bool | None:
        """Ask once: return `ok`, or None if there is no answer."""
        ok = None
        try:
            with urllib.request.urlopen(self._url, timeout=timeout_s) as answer:
                ok = bool(json.load(answer)["ok"])
        except urllib.error.HTTPError as error:
            with error:
                ok = bool(json.load(error)["ok"]) if error.code == 503 else None
        except (OSError, ValueError, http.client.HTTPException):
            pass
        now_s = time.monotonic()
        if ok is None:
            self.silent_s = max(self.silent_s, now_s - self._answered_s)
        else:
            self._answered_s = now_s
        self.said.append(ok)
        return ok

    def lies(self, *, delay_s: float, well: bool) -> list[str]:
        """Return in words what was not true; `well` says whether everything works again now."""
        found = []
        if delay_s > DELAY_S and all(one in (True, None) for one in self.said) and self.silent_s < DELAY_S:
            found.append("/health said ok while others waited")
        if self.silent_s > 2 * DELAY_S:
            found.append(f"/health did not answer for {self.silent_s:.0f} s")
        if well and not self.look(DELAY_S):
            found.append("/health is not ok though nothing is wrong any more")
        return found


def last_words(log: Path) -> list[str]:
    """Return the line of a process's log that says why it ended, if there is one."""
    lines = log.read_text(errors="replace").strip().splitlines()
    return [line.strip(" |")[:200] for line in lines if "Error" in line][-1:] or lines[-1:]
