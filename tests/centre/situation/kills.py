"""Kills the Situation Room at random while it publishes and answers: `python -m tests.centre.situation.kills --trials 100 --json`.

In each trial another process writes versions of a few situations to the store, and an organisation requests others over MQTT, while the
role is killed (SIGKILL) and started again. A reader has then received every version of every situation once and in order, and every
request was done once and answered. What comes again with the same number is counted, but harmless.
"""

import contextlib
import json
import random
import sys
import tempfile
import threading
import time
from collections import defaultdict
from pathlib import Path
from typing import Any, NamedTuple

import click
import msgspec

from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.host import clock
from gateway.situation.lifecycle.actions import Publish, Update
from tests.centre.situation.exchange.town import ROOM, TREE, publish
from tests.hostile.client import Client
from tests.situation.examples import CITELUM, ROME, accident
from tests.system.servers import Process, gateway, mosquitto, wait_until

_SITUATIONS, _VERSIONS, _REQUESTS, _KILLS = 4, 40, 60, 2
_PUBLISHED_S = 600.0
"""What is late on a busy machine is not lost."""

_SEND_AGAIN_S = 15.0
"""After so long without an answer, an organisation sends a request again."""


class KillResult(NamedTuple):
    """What a trial found: nothing is lost, done twice or out of order; `again` came twice with the same number.

    `sent_again` are requests that an organisation sent again, as they were not answered.
    """

    entries: int
    lost: int
    wrong: int
    disordered: int
    unanswered: int
    again: int
    sent_again: int

    @property
    def ok(self) -> bool:
        """Whether nothing was wrong."""
        return not (self.lost or self.wrong or self.disordered or self.unanswered)


class _Trial:
    """A broker, a store, a role that is killed, and those who use it."""

    def __init__(self, folder: Path, rng: random.Random) -> None:
        self._folder, self._rng = folder, rng
        self._broker, self._port = mosquitto(folder)
        (folder / "centre.yaml").write_text(json.dumps({"site": "prato", "time_zone": "Europe/Rome", "centre": {
            "broker": f"mqtt://127.0.0.1:{self._port}", "store": {"history": {"path": str(folder / "history.sqlite")}},
            "situation": msgspec.to_builtins(ROOM),
        }}))  # fmt: skip
        self._started = self._sent_again = 0
        self._again_s = float("inf")
        self._role = self._start()
        self._reader = Client(self._port, "reader").ready()
        self._reader.subscribe(f"{TREE}/public/+/+")
        self._citelum = Client(self._port, "citelum").ready()
        self._citelum.subscribe(f"{TREE}/org/citelum/answer")

    def _start(self) -> Process:
        self._started += 1
        return gateway(
            f"room-{self._started}", self._folder, "situation", "serve", str(self._folder / "centre.yaml"), "--listen", "127.0.0.1:0"
        )

    def run(self) -> KillResult:
        self._role.wait_for("connected to")
        writers = [threading.Thread(target=one) for one in (self._write, self._request)]
        for one in writers:
            one.start()
        for _ in range(_KILLS):
            time.sleep(self._rng.uniform(0.0, 1.5))
            self._role.kill_9()
            self._role = self._start()
            if self._rng.random() < 0.5:
                self._role.wait_for("connected to")
        for one in writers:
            one.join()
        store = SqliteSituations(self._folder / "situations.sqlite")
        try:
            with contextlib.suppress(AssertionError):  # what is missing then is in the result
                wait_until("the answers", self._all_answered)
                wait_until("the publications", lambda: self._numbers() >= {one.number for one in store.since(0, 100_000)}, _PUBLISHED_S)
            return self._result(store)
        finally:
            store.close()

    def _write(self) -> None:
        """Write versions, as commands do."""
        store = SqliteSituations(self._folder / "situations.sqlite")
        service = SituationService(store, room_rules(ROOM, ROME))
        names = [f"incidente-{number}" for number in range(_SITUATIONS)]
        for name in names:
            service.do(name, Publish(id=name, content=accident(), geometry=None), CITELUM, clock.now_ms())
        for version in range(1, _VERSIONS):
            for name in names:
                text = accident(description={"it": f"versione {version + 1}"})
                service.do(name, Update(content=text, geometry=None, version=version), CITELUM, clock.now_ms())
        service.close()

    def _request(self) -> None:
        for number in range(_REQUESTS):
            self._ask(str(number))
            time.sleep(0.02)  # spread over the trial
        self._again_s = time.monotonic() + _SEND_AGAIN_S

    def _ask(self, number: str) -> None:
        self._citelum.post(f"{TREE}/org/citelum/request", publish(number, accident(), f"citelum-richiesta-{number}"))

    def _answers(self) -> set[str]:
        return {json.loads(payload)["request"] for _, payload, _ in list(self._citelum.received)}

    def _all_answered(self) -> bool:
        """Return whether every request is answered; send those that are not again, now and then, as organisations do."""
        missing = {str(number) for number in range(_REQUESTS)} - self._answers()
        if missing and time.monotonic() > self._again_s:
            self._again_s = time.monotonic() + _SEND_AGAIN_S
            for number in missing:
                self._ask(number)
            self._sent_again += len(missing)
        return not missing

    def _received(self) -> dict[str, list[dict[str, Any]]]:
        found = defaultdict(list)
        for topic, payload, _ in list(self._reader.received):
            found[topic].append(json.loads(payload))
        return found

    def _numbers(self) -> set[int]:
        return {int(one["sequence"]) for events in self._received().values() for one in events}

    def _result(self, store: SqliteSituations) -> KillResult:
        entries = store.since(0, 100_000)
        expected = defaultdict(list)
        for number, recorded in entries:
            expected[f"{TREE}/public/accident/{recorded.situation.id}"].append((number, recorded.situation.version))
        lost = wrong = disordered = again = 0
        for topic, versions in expected.items():
            came = [(int(one["sequence"]), one["data"]["properties"]["version"]) for one in self._received()[topic]]
            once = list(dict.fromkeys(came))
            again += len(came) - len(once)
            lost += len(set(versions) - set(once))
            wrong += len(set(once) - set(versions))
            disordered += once != sorted(once)
        wrong += len(self._received().keys() - expected.keys())
        requests = [one.recorded.request for one in entries if one.recorded.request is not None]
        wrong += len(requests) - len(set(requests))
        return KillResult(len(entries), lost, wrong, disordered, _REQUESTS - len(self._answers() & set(requests)), again, self._sent_again)

    def close(self) -> None:
        self._reader.close()
        self._citelum.close()
        self._role.stop()
        self._broker.stop()


def kill_trial(folder: Path, seed: int) -> KillResult:
    """Run one trial in an empty folder."""
    trial = _Trial(folder, random.Random(seed))
    try:
        return trial.run()
    finally:
        trial.close()


@click.command()
@click.option("--trials", default=10, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def main(trials: int, seed: int, *, as_json: bool) -> None:
    """Kill the Situation Room at random; exit with 1 if anything was lost, done twice or out of order."""
    results = []
    for number in range(trials):
        with tempfile.TemporaryDirectory(prefix="kills-") as folder:
            results.append(kill_trial(Path(folder), seed + number))
        if not as_json:
            click.echo(f"trial {number + 1}: {results[-1]}")
    total = {name: sum(getattr(one, name) for one in results) for name in KillResult._fields}
    total |= {"trials": trials, "ok": all(one.ok for one in results)}
    click.echo(json.dumps(total) if as_json else total)
    sys.exit(0 if total["ok"] else 1)


if __name__ == "__main__":
    main()
