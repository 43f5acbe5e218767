"""`python -m tests.update.kills --trials 100 --json`: updates of a running gateway, killed at every step.

A machine below a folder runs a real gateway from a real virtual environment, with a simulated meter. Each trial begins `gateway update apply`,
waits for a step, kills the command and all that it has started with SIGKILL at a random moment after that, looks at what runs, and lets the
timer's command finish, which is killed as well in some of the trials. After each: the old or the new version runs, whole, and the readings in
the journal have no gap longer than that of one restart. In some trials the new version ends at once, or reaches no device: then the old one
must be back.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tests.system.servers import READY_S, wait_until
from tests.update.rig import UpdateRig, kill_group, random_pause

GOOD = ("1.0.0", "1.0.1")
ENDS, BLIND = "1.0.2", "1.0.3"
_STEP_WITHIN_S = 300.0


class KilledTrial(NamedTuple):
    """One trial: at which step it was killed, what ran afterwards, and how it ended.

    Attributes:
        step: The step after which it was killed.
        left: The version that ran after the kill, before anything was repaired.
        ended: The version that runs in the end.
        wanted: The version that it was updated to.
        restarts: How often the service was started.
        gap_s: The longest time between two readings.
    """

    step: str
    left: str
    ended: str
    wanted: str
    restarts: int
    gap_s: float


class Step(NamedTuple):
    """A step of an update: its name, how it is seen from outside, and how long after it the kill comes at most."""

    name: str
    seen: Callable[[UpdateRig, str], bool]
    most_s: float


def _link(rig: UpdateRig) -> str:
    return rig.layout.current() if rig.layout.prefix.is_symlink() else ""


def _slot(rig: UpdateRig, version: str, *parts: str) -> bool:
    return any(slot.joinpath(*parts).exists() for slot in rig.layout.slots.glob(f"{version}-*"))


INSTALLING = (
    Step("begin", lambda _rig, _version: True, 3.0),
    Step("archive", lambda rig, _version: any((rig.layout.state / "trusted" / "images").glob("*")), 0.3),
    Step("environment", lambda rig, version: _slot(rig, version, "pyvenv.cfg"), 2.0),
    Step("packages", lambda rig, version: _slot(rig, version, "bin", "pip"), 1.0),
    Step("program", lambda rig, version: _slot(rig, version, "bin", "gateway"), 0.5),
    Step("complete", lambda rig, version: _slot(rig, version, "complete"), 2.0),
)
TRYING = (
    Step("trial", lambda rig, _version: (trial := rig.trial()) is not None and trial.is_pending, 0.1),
    Step("hand-over", lambda rig, _version: (trial := rig.trial()) is not None and trial.is_pending, 2.0),
    Step("attempt", lambda rig, _version: (trial := rig.trial()) is not None and trial.is_pending and trial.attempts > 0, 0.05),
    Step("link", lambda rig, version: _link(rig).startswith(version), 0.2),
    Step("units", lambda rig, version: _link(rig).startswith(version), 2.0),
    Step("restart", lambda rig, _version: rig.starts() > rig.starts_before, 0.5),
    Step("ready", lambda rig, version: rig.version() == version, 0.5),
    Step("proof", lambda rig, version: rig.version() == version, 2.5),
    Step("end", lambda rig, _version: (trial := rig.trial()) is not None and not trial.is_pending, 0.2),
)


class Kills:
    """The trials, one after the other, on one machine."""

    def __init__(self, rig: UpdateRig, seed: int) -> None:
        self._rig, self._chance = rig, random.Random(seed)
        self._made = 0

    def plain_restart_s(self) -> float:
        """Return the longest gap that a restart of the service makes, of three."""
        rig, longest_s = self._rig, 0.0
        for _ in range(3):
            began_ms = _settled(rig)
            subprocess.run([str(rig.root / "bin/systemctl"), "restart", "street-gateway"], check=True)
            rig.wait_for_answers()
            _settled(rig)
            longest_s = max(longest_s, rig.longest_gap_s(began_ms))
        return longest_s

    def installing(self, step: Step) -> KilledTrial:
        """Kill an installation of a version that is not there yet; what it has left is of no use, and in nobody's way."""
        rig = self._rig
        self._made += 1
        version = f"1.1.{self._made}"
        rig.publish([(version, "none")])
        before = rig.version()
        assert before is not None
        began_ms, left = self._killed(step, version)
        rig.run(rig.timer())
        ended = self._whole()
        trial = rig.trial()
        tried = trial is not None and trial.version == version  # the kill came late: then the timer has finished it
        assert left in {before, version}
        assert ended == (version if tried else before), f"an installation that was not tried changes nothing: {before}, {left}, {ended}"
        return self._judged(step, left, version, began_ms)

    def trying(self, step: Step, version: str) -> KilledTrial:
        """Kill the trial of a version, and let the timer finish it, which is killed as well now and then."""
        rig, before = self._rig, self._rig.version()
        began_ms, left = self._killed(step, version, runs=version in GOOD)
        if self._chance.random() < 0.3:
            command = rig.begin(rig.timer())
            random_pause(self._chance, 4.0)
            kill_group(command)
            self._whole(runs=version in GOOD)
        rig.run(rig.timer())
        trial = rig.trial()
        assert trial is not None
        assert not trial.is_pending, f"not finished: {trial}"
        tried = trial.version == version
        good = version in GOOD
        ended = self._whole()
        assert ended == (version if good and tried else before), f"{trial}, {ended} runs: {rig.said()[-2000:]}"
        return self._judged(step, left, version, began_ms)

    def _killed(self, step: Step, version: str, *, runs: bool = True) -> tuple[int, str]:
        """Begin an update, kill it at a step, and return when it began and what runs."""
        rig = self._rig
        rig.starts_before = rig.starts()
        began_ms = _settled(rig)
        last = rig.trial()
        command = rig.begin(rig.command("apply", "--yes", "--trust-clock", "--version", version))
        until_s = time.monotonic() + _STEP_WITHIN_S
        while command.poll() is None and not ((step in INSTALLING or rig.trial() != last) and step.seen(rig, version)):
            assert time.monotonic() < until_s, f"step {step.name} did not come: {rig.said()[-2000:]}"
            time.sleep(0.002)
        random_pause(self._chance, step.most_s)
        kill_group(command)
        return began_ms, self._whole(runs=runs)

    def _whole(self, *, runs: bool = True) -> str:
        """Check that the program under the link is whole and that a gateway runs, and return its version.

        A version that ends at once does not run until street-update, which systemd starts at once, has put the old one back.
        """
        rig = self._rig
        linked = rig.layout.prefix / "bin"
        script = (linked / "gateway").read_text()
        assert Path(script.partition("\n")[0].removeprefix("#!")).exists(), script
        asked = [str(linked / "python"), "-c", "import gateway, gateway.cli; print(gateway.__version__)"]
        said = subprocess.run(asked, capture_output=True, text=True, check=True, env=rig.environment, cwd="/").stdout
        assert said.startswith("1."), said
        if not runs:
            return rig.version() or "none"
        until_s = time.monotonic() + READY_S
        while (found := rig.version()) is None:
            assert time.monotonic() < until_s, "no gateway runs"
            time.sleep(0.05)
        return found

    def _judged(self, step: Step, left: str, wanted: str, began_ms: int) -> KilledTrial:
        rig = self._rig
        rig.wait_for_answers()
        _settled(rig)
        return KilledTrial(step.name, left, self._whole(), wanted, rig.starts() - rig.starts_before, round(rig.longest_gap_s(began_ms), 2))


def _settled(rig: UpdateRig) -> int:
    """Wait until a reading is in the journal that is newer than now, and return the time of the newest before."""
    now_ms = int(time.time() * 1000)
    wait_until("a new reading in the journal", lambda: rig.newest_ms() > now_ms)
    return now_ms - 1000


def run(folder: Path, trials: int, seed: int, say: Callable[[str], None]) -> dict[str, object]:
    """Make the trials, and return what was measured."""
    rig = UpdateRig(folder)
    try:
        rig.publish([(GOOD[0], "none"), (GOOD[1], "none"), (ENDS, "ends"), (BLIND, "blind")])
        rig.wait_for_answers()
        kills = Kills(rig, seed)
        plain_s = kills.plain_restart_s()
        say(f"a plain restart: gap {plain_s:.2f} s")
        made = []
        for number in range(trials):
            trial = _trial(kills, rig, number)
            made.append(trial)
            say(f"{number + 1}: {trial}")
    finally:
        rig.close()
    good = [trial for trial in made if trial.wanted in GOOD]
    return {
        "trials": len(made),
        "by_step": dict(Counter(trial.step for trial in made)),
        "left": dict(Counter("new" if trial.left == trial.wanted else "none" if trial.left == "none" else "old" for trial in made)),
        "ended": dict(Counter("new" if trial.ended == trial.wanted else "old" for trial in made)),
        "bad_versions": sum(trial.wanted in {ENDS, BLIND} for trial in made),
        "plain_restart_gap_s": round(plain_s, 2),
        "longest_gap_s_of_good_versions": max((trial.gap_s for trial in good), default=0.0),
        "most_restarts_of_good_versions": max((trial.restarts for trial in good), default=0),
        "longest_gap_s_of_bad_versions": max((trial.gap_s for trial in made if trial.wanted in {ENDS, BLIND}), default=0.0),
    }


def _trial(kills: Kills, rig: UpdateRig, number: int) -> KilledTrial:
    if number % 5 == 4:
        return kills.installing(INSTALLING[number // 5 % len(INSTALLING)])
    step = TRYING[(number - number // 5) % len(TRYING)]
    if number % 20 == 13:
        return kills.trying(step, (ENDS, BLIND)[number // 20 % 2])
    present = rig.version()
    return kills.trying(step, GOOD[1] if present == GOOD[0] else GOOD[0])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = run(Path(folder), asked.trials, asked.seed, lambda line: print(line, file=sys.stderr, flush=True))
    print(json.dumps(found) if asked.json else "\n".join(f"{name}: {value}" for name, value in found.items()))


if __name__ == "__main__":
    main()
