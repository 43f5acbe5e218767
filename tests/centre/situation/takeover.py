"""Measures how fast one of two processes takes over a Situation Room in PostgreSQL when the other can't act, and that never both act.

    python -m tests.centre.situation.takeover --trials 100 --json

Each process acts fifty times a second while it is active, and writes down when. `killed` kills the active one with SIGKILL, `stopped` stops
it with SIGSTOP (its machine still acknowledges what the server sends), `cut` lets nothing pass between it and the server, which hears
nothing of that.
"""

import argparse
import asyncio
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from bisect import bisect
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count, cycle, islice
from pathlib import Path
from typing import NamedTuple

import msgspec

from gateway.centre.situation.active_room import ActiveRoom
from gateway.centre.situation.opening import open_room_lock
from gateway.model.site.situation.room import PostgresSettings
from tests.centre.situation.postgres.cable import Cable
from tests.centre.situation.postgres.server import PostgresServer, centre_of
from tests.system.servers import die_with_parent, wait_until

FAULTS = ("killed", "stopped", "cut")
LIMIT_S = 10.0
_EVERY_S, _PAUSE_S = 0.02, 2.0


class Takeover(NamedTuple):
    """After which fault another process acted, how much later, and how often the first one still acted while the other did."""

    fault: str
    seconds: float
    overlaps: int


class _Machine:
    """A process that runs the room when it can, at the end of a cable of its own."""

    def __init__(self, folder: Path, server: PostgresServer, database: str) -> None:
        self.cable = Cable(server.port)
        self._settings = msgspec.json.encode(server.settings(database, self.cable.port)).decode()
        self._acts = folder / f"acts-{self.cable.port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.centre.situation.takeover", "--act", str(self._acts), self._settings]
        self.process = subprocess.Popen(command, cwd=Path(__file__).parents[3], preexec_fn=die_with_parent)  # noqa: PLW1509 — one call

    def acts(self) -> list[float]:
        """Return when it acted, on the clock of the machine since its start."""
        return [float(line) for line in self._acts.read_text().splitlines()] if self._acts.exists() else []

    def acts_after(self, since_s: float) -> list[float]:
        return [at_s for at_s in self.acts() if at_s > since_s]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        self.cable.close()


class Rig:
    """Two machines and their server."""

    def __init__(self, folder: Path, server: PostgresServer) -> None:
        self._server, self._database = server, server.empty_database()
        self._machines = [_Machine(folder, server, self._database) for _ in range(2)]

    def trial(self, fault: str) -> Takeover:
        wait_until("both processes", lambda: self._sessions() == 2)
        active, other = self._in_order()
        fault_s = _now_s()
        _break(active, fault)
        wait_until("another process", lambda: bool(other.acts_after(fault_s)))
        taken_s = other.acts_after(fault_s)[0]
        _mend(active, fault)
        wait_until("the first process", lambda: self._sessions() == 2)
        return Takeover(fault, taken_s - fault_s, together(active.acts_after(taken_s), other.acts_after(fault_s)))

    def close(self) -> None:
        for machine in self._machines:
            machine.close()

    def _in_order(self) -> list[_Machine]:
        """Return the machine that acts, then the other."""
        since_s = _now_s()
        wait_until("a process that acts", lambda: any(one.acts_after(since_s) for one in self._machines))
        return sorted(self._machines, key=lambda one: not one.acts_after(since_s))

    def _sessions(self) -> int:
        query = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{self._database}' AND state = 'idle'"
        return int(str(self._server.sql(query)[0][0]))


@contextmanager
def rig(server: PostgresServer) -> Iterator[Rig]:
    with tempfile.TemporaryDirectory() as folder:
        made = Rig(Path(folder), server)
        try:
            yield made
        finally:
            made.close()


def together(one: list[float], other: list[float]) -> int:
    """Return how often one process acted while the other did: between two acts of it that follow each other.

    On a machine that is busy, the server may not answer the other in time either. Then the first has the room again: that is no fault, and
    takes the other longer than `_PAUSE_S`.
    """
    places = (bisect(other, at_s) for at_s in one)
    return sum(0 < place < len(other) and other[place] - other[place - 1] < _PAUSE_S for place in places)


def _break(machine: _Machine, fault: str) -> None:
    match fault:
        case "killed":
            machine.process.kill()
            machine.process.wait()
        case "stopped":
            machine.process.send_signal(signal.SIGSTOP)
        case _:
            machine.cable.cut()


def _mend(machine: _Machine, fault: str) -> None:
    match fault:
        case "killed":
            machine.start()
        case "stopped":
            machine.process.send_signal(signal.SIGCONT)
        case _:
            machine.cable.mend()


def _now_s() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def act(file: str, settings: str) -> None:
    """Run the room until the process ends: write down when it acts."""
    room = ActiveRoom(open_room_lock(centre_of(msgspec.json.decode(settings, type=PostgresSettings))))
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def work() -> None:
        while True:
            if room.active:
                os.write(descriptor, f"{_now_s()}\n".encode())
            await asyncio.sleep(_EVERY_S)

    asyncio.run(room.run(work, asyncio.Event()))


class FaultResult(NamedTuple):
    """What the trials of one fault have shown."""

    trials: int
    median_s: float
    longest_s: float
    overlaps: int


def _result(trials: list[Takeover]) -> FaultResult:
    seconds = [one.seconds for one in trials]
    return FaultResult(len(trials), round(statistics.median(seconds), 2), round(max(seconds), 2), sum(one.overlaps > 0 for one in trials))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.centre.situation.takeover", description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=100, help="how often, in all (100)")
    parser.add_argument("--fault", choices=FAULTS, help="this fault alone")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--act", nargs=2, metavar=("FILE", "SETTINGS"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.act:
        act(*arguments.act)
    faults = (arguments.fault,) if arguments.fault else FAULTS
    server = PostgresServer(fsync=True)
    try:
        with rig(server) as machines:
            trials = []
            for number, fault in zip(count(1), islice(cycle(faults), arguments.trials)):
                trials.append(machines.trial(fault))
                print(f"{number}: {trials[-1]}", file=sys.stderr)
    finally:
        server.delete()
    results = {
        fault: _result([one for one in trials if one.fault == fault])._asdict() for fault in dict.fromkeys(one.fault for one in trials)
    }
    held = all(one.seconds < LIMIT_S and not one.overlaps for one in trials)
    print(
        msgspec.json.encode({"held": held, "limit_s": LIMIT_S, "faults": results}).decode()
        if arguments.json
        else _table(results, held=held)
    )
    return 0 if held else 1


def _table(results: dict[str, dict[str, float]], *, held: bool) -> str:
    lines = [
        f"{fault:8} {one['trials']:4} trials, median {one['median_s']} s, longest {one['longest_s']} s, both active {one['overlaps']} times"
        for fault, one in results.items()
    ]
    return "\n".join([*lines, "held" if held else f"FAILED: another process has to take over within {LIMIT_S:g} s, and never both may act"])


if __name__ == "__main__":
    sys.exit(main())
