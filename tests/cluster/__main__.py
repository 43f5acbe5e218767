"""The centre on a cluster of three brokers, whose parts are killed while a fleet sends; then all values are compared.

    python -m tests.cluster                          everything: faults, soak, large messages, sessions, 1,000 gateways, mosquitto beside it
    python -m tests.cluster --fault "leader killed"  one fault (may be repeated), without the rest
    python -m tests.cluster --soak-minutes 60        a soak alone
    python -m tests.cluster --fault nothing --gateways 1000 --values-per-s 20000 --flush-s 10

The cluster is RMQTT (`server/`), built when it is needed, with TLS, the shipped access rules, and the settings of docs/scaling.md. Its nodes
are 127.0.0.11 to 127.0.0.13. Prints a table; exit code 1 if a value is missing, wrong or unknown, or a message is delivered twice.
"""

import argparse
import contextlib
import math
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path

from gateway.host.clock import now_ms
from gateway.model.topics import GatewayId
from gateway.simulate.fleet.client import raise_file_limit
from tests.cluster.access import violations
from tests.cluster.brokers import NODES, Brokers, Cluster, Mosquitto
from tests.cluster.build import CantBuild, node_program
from tests.cluster.catalogue import TRIALS
from tests.cluster.comparison import Difference, compare, stored_rows
from tests.cluster.largest import LargestMessages
from tests.cluster.rig import Load, Result, Rig, gateway_of
from tests.cluster.sessions import SESSIONS, moved

_COLUMNS = (
    "run", "values", "missing", "wrong or extra", "no receipt", "shown offline", "resent", "median s", "silent s", "broker cores", "broker MiB",
)  # fmt: skip

_THOUSAND, _THOUSAND_S = Load(1000, 20, 10.0), 45.0
"""What a machine with two cores carries beside store, workers and fleet."""


def _number(value: float | None, form: str = ",") -> str:
    return "" if value is None else format(value, form)


def _row(one: Result) -> tuple[str, ...]:
    difference = one.difference
    return (
        one.name, f"{difference.values:,}", f"{difference.missing:,}", f"{difference.wrong + difference.unknown:,}", f"{one.without_receipt}",
        _number(one.shown_offline), _number(one.resent), _number(one.median_s, ".2f"), _number(one.silent_s, ".1f"),
        _number(one.broker_cores, ".3f"), _number(one.broker_mib, ".0f"),
    )  # fmt: skip


def _table(results: Iterable[Result]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (_COLUMNS, ("---",) * len(_COLUMNS), *map(_row, results)))


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory() as made:
            yield Path(made)
    else:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep


@contextlib.contextmanager
def _rig(folder: Path, start: Callable[[Path], Brokers]) -> Iterator[Rig]:
    folder.mkdir(exist_ok=True)
    began_s = time.monotonic()
    rig = Rig(folder, start(folder))
    _say(f"{folder.name}: the broker and the centre took {time.monotonic() - began_s:.0f} s to start")
    try:
        yield rig
    finally:
        rig.close()


def _check_rules(cluster: Cluster, folder: Path) -> None:
    wrong = list(violations(cluster.for_gateways, folder / "ca.pem", gateway_of(0), gateway_of(1)))
    if wrong:
        sys.exit("the access rules do not hold: " + "; ".join(wrong))
    _say("the access rules hold on every node")


def _or_failed(name: str, run: Callable[[], Result]) -> Result:
    """Return the result of a run, or one without values if it could not go on: the other runs follow all the same."""
    try:
        return run()
    except AssertionError as error:
        return Result(f"{name}: {error}", Difference(0, 0, 0, 0))


def _large_message(rig: Rig, cluster: Cluster, folder: Path, node: int, me: GatewayId) -> Result:
    """Publish a large document and its batch at a node, and look whether every node retains the document."""
    one = LargestMessages(me, now_ms())
    passed_s = one.send(cluster.for_gateways[node - 1], folder / "ca.pem")
    difference = compare(one.served, stored_rows(rig.centre.influx, [me.gateway]))
    lacking = [number for number, is_there in zip(NODES, one.retained_at(cluster.for_centre), strict=True) if not is_there]
    name = f"4 MiB at node {node}" + "".join(f", not retained at node {number}" for number in lacking)
    return Result(name, difference, int(math.isinf(passed_s)) + len(lacking), silent_s=passed_s)


def _messages(rig: Rig, cluster: Cluster, folder: Path, gateways: Sequence[GatewayId]) -> Iterator[Result]:
    for node, me in zip(NODES, gateways, strict=True):  # at two of three at least, the worker that gets the message is at another
        yield _or_failed(f"4 MiB at node {node}", partial(_large_message, rig, cluster, folder, node, me))
    for kind in SESSIONS:
        yield _or_failed(kind.name, lambda kind=kind: Result(kind.name, moved(kind, cluster.for_centre)))  # type: ignore[misc]


def _on_cluster(folder: Path, program: Path, asked: argparse.Namespace) -> Iterator[Result]:
    """Yield the results of what is asked, all on one cluster."""
    load, runs = _load(asked), len(asked.fault) + 1
    names = [gateway_of(number) for number in range(load.gateways * runs + len(NODES))]
    with _rig(folder, lambda where: Cluster(program, where, names)) as rig:
        cluster = rig.brokers
        assert isinstance(cluster, Cluster)
        _check_rules(cluster, folder)
        if asked.messages:
            yield from _messages(rig, cluster, folder, names[-len(NODES) :])
        for name in asked.fault:
            trial = TRIALS[name]
            addresses = cluster.through_relays if trial.relayed else None
            yield _or_failed(name, partial(rig.run, name, load, trial.seconds, partial(trial.fail, rig, cluster), addresses))
        if asked.soak_minutes:
            name = f"soak of {asked.soak_minutes:g} minutes"
            yield _or_failed(name, partial(rig.run, name, load, 60 * asked.soak_minutes))


def _name(what: str, load: Load) -> str:
    return f"{what}, {load.gateways:,} gateways, {load.gateways * load.points:,} values/s"


def _without_faults(folder: Path, what: str, start: Callable[[Path, int], Brokers], load: Load, seconds: float) -> Result:
    with _rig(folder, lambda where: start(where, load.gateways)) as rig:
        return _or_failed(what, partial(rig.run, _name(what, load), load, seconds))


def _all_runs(folder: Path, program: Path, asked: argparse.Namespace) -> Iterator[Result]:
    def cluster(where: Path, gateways: int) -> Brokers:
        return Cluster(program, where, map(gateway_of, range(gateways)))

    def mosquitto(where: Path, gateways: int) -> Brokers:
        return Mosquitto(where, map(gateway_of, range(gateways)))

    if asked.fault or asked.soak_minutes or asked.messages:
        yield from _on_cluster(folder / "cluster", program, asked)
    if asked.mosquitto:
        yield _without_faults(folder / "mosquitto", "mosquitto", mosquitto, _load(asked), TRIALS["nothing"].seconds)
    if asked.thousand:
        yield _without_faults(folder / "large-cluster", "cluster", cluster, _THOUSAND, _THOUSAND_S)
        yield _without_faults(folder / "large-mosquitto", "mosquitto", mosquitto, _THOUSAND, _THOUSAND_S)


def _load(asked: argparse.Namespace) -> Load:
    return Load(asked.gateways, max(1, round(asked.values_per_s / asked.gateways)), asked.flush_s)


def _parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fault", action="append", choices=list(TRIALS), default=[])
    options.add_argument("--soak-minutes", type=float)
    options.add_argument("--messages", action="store_true", help="messages of 4 MiB, and sessions that move")
    options.add_argument(
        "--thousand", action="store_true", help="1,000 gateways with 20,000 values a second, on the cluster and on mosquitto"
    )
    options.add_argument("--mosquitto", action="store_true", help="mosquitto, too")
    options.add_argument("--gateways", type=int, default=60)
    options.add_argument("--values-per-s", type=float, default=1200.0, help="of all gateways together")
    options.add_argument("--flush-s", type=float, default=2.0, help="seconds between the batches of a gateway")
    options.add_argument("--keep", type=Path, help="folder for logs and configurations that stays")
    return options


def main() -> None:
    asked = _parser().parse_args()
    if not (asked.fault or asked.soak_minutes or asked.messages or asked.thousand or asked.mosquitto):
        asked.fault, asked.soak_minutes = list(TRIALS), 10.0
        asked.messages = asked.thousand = asked.mosquitto = True
    raise_file_limit()
    try:
        program = node_program()
    except CantBuild as error:
        sys.exit(str(error))
    results = []
    with _folder(asked.keep) as folder:
        for result in _all_runs(folder, program, asked):
            results.append(result)
            _say(_table([result]))
    print(_table(results))
    sys.exit(0 if all(one.is_good for one in results) else 1)


if __name__ == "__main__":
    main()
