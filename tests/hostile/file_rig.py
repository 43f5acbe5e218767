"""Programs that read a hostile file: each ends within 5 s and 200 MiB, with a sentence."""

import random
import signal
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from gateway.journal.journal import Journal
from gateway.model.stream import hash_of
from tests.hostile.attacks.files import SITE, crafted_journal
from tests.hostile.outcome import DELAY_S, Memory, Outcome, judged
from tests.journal.journals import LIMITS, SCHEMA, Now, append
from tests.system.servers import free_port, gateway, listens

CHECK_MIB = 200.0


class Ran(NamedTuple):
    """How a command ended."""

    code: int
    seconds: float
    peak_mib: float
    said: str
    was_ready: bool = False

    def wrong(self) -> list[str]:
        """Return in words what was wrong with it, except time and memory."""
        found = []
        if "Traceback" in self.said:
            found.append(f"traceback: {self.said.strip().splitlines()[-1][:200]}")
        if self.code < 0:
            found.append(f"ended by {signal.Signals(-self.code).name}")
        elif self.code and not self.said.strip():
            found.append(f"exit code {self.code} without a sentence")
        return found


def ran(folder: Path, *arguments: str, within_s: float = 20.0, ready: Callable[[], bool] | None = None) -> Ran:
    """Run a command of the gateway. One that would run on is ended by SIGTERM, a second after it is `ready`; that second does not count."""
    memory, begun_s, ready_s = Memory(), time.monotonic(), None
    run = gateway("command", folder, *arguments)
    while run.process.poll() is None:
        now_s = time.monotonic()
        if memory.look(run.process.pid) or now_s - begun_s > within_s:
            run.kill_9()
        elif ready_s is None and ready is not None and ready():
            ready_s, begun_s = now_s, begun_s + 1.0
        elif ready_s is not None and now_s > ready_s + 1.0:
            run.ask_to_stop()
        time.sleep(0.02)
    said = run.log.read_bytes()[-100_000:].decode(errors="replace")
    run.log.unlink()
    return Ran(run.process.returncode, time.monotonic() - begun_s, memory.peak_mib, said, ready_s is not None)


def attack_by_files(name: str, make: Callable[[random.Random, Path], Path], seed: int, seconds: float) -> Outcome:
    """Let `gateway check` read generated files, at least three, for so many seconds."""
    chance, results, others, until_s = random.Random(seed), list[Ran](), list[str](), time.monotonic() + seconds
    while len(results) < 3 or time.monotonic() < until_s:
        with tempfile.TemporaryDirectory() as folder_name:
            path = make(chance, Path(folder_name))
            found = ran(Path(folder_name), "check", str(path))
        results.append(found)
        others += found.wrong()
    return _judged(name, seed, results, others)


def attack_by_journals(name: str, seed: int, seconds: float) -> Outcome:
    """Let the commands read crafted journals, and a gateway start with them; it sets aside what it can't use."""
    chance, results, others, until_s = random.Random(seed), list[Ran](), list[str](), time.monotonic() + seconds
    number = 0
    with tempfile.TemporaryDirectory() as folder_name:
        fresh = Path(folder_name) / "fresh.sqlite"
        _fill(fresh)
        while number < 3 or time.monotonic() < until_s:
            number += 1
            folder = Path(folder_name) / str(number)
            folder.mkdir()
            journal, site = folder / "journal.sqlite", folder / "site.yaml"
            journal.write_bytes(fresh.read_bytes())
            port = free_port()
            text = SITE.replace("JOURNAL", str(journal)) + f"listen: 127.0.0.1:{port}\n"
            site.write_text(text)
            crafted_journal(chance, journal)
            for command in chance.sample(("stats", "gaps", "verify", "export"), 2):
                results.append(ran(folder, "journal", command, str(journal)))
                others += [f"journal {command}: {one}" for one in results[-1].wrong()]
            results.append(ran(folder, "run", str(site), ready=partial(listens, port)))
            others += [f"run: {one}" for one in results[-1].wrong()]
            if not results[-1].was_ready:
                others.append(f"run: the gateway did not start: {results[-1].said.strip()[-200:]}")
    return _judged(name, seed, results, others)


def _judged(name: str, seed: int, results: list[Ran], others: list[str]) -> Outcome:
    slowest_s, peak_mib = max(one.seconds for one in results), max(one.peak_mib for one in results)
    if slowest_s > DELAY_S:
        others.append(f"a command took {slowest_s:.1f} s")
    once = list(dict.fromkeys(others))[:5]
    return judged(name, seed, delay_s=0.0, peak_mib=peak_mib, limit_mib=CHECK_MIB, restarts=0, lost=0, others=once)


def _fill(path: Path) -> None:
    """Make a journal with batches, stored and waiting."""
    now = Now()
    journal = Journal(path, LIMITS, now)
    journal.keep_schema(hash_of(SCHEMA), SCHEMA)
    for number in range(20):
        append(journal, number)
        now.ms += 1000
    journal.mark_stored(journal.epoch, [(0, 9)])
    journal.close()
