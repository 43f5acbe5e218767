"""The centre on a cluster of three brokers, whose parts are killed while a fleet sends; then all values are compared.

    python -m tests.cluster                          every fault, a soak of 10 minutes, and mosquitto for comparison
    python -m tests.cluster --fault "leader killed"  one fault (may be repeated), without the rest
    python -m tests.cluster --soak-minutes 60        a longer soak

The cluster is RMQTT (`server/`), built when it is needed, with TLS, the shipped access rules, and the settings of docs/scaling.md. Its nodes
are 127.0.0.11 to 127.0.0.13. Prints a table; exit code 1 if a value is missing, wrong or unknown.
"""

import argparse
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from gateway.simulate.fleet.client import raise_file_limit
from tests.cluster.access import violations
from tests.cluster.brokers import Cluster, Mosquitto
from tests.cluster.build import CantBuild, node_program
from tests.cluster.catalogue import TRIALS
from tests.cluster.rig import Load, Result, Rig, gateway_of

_COLUMNS = ("run", "values", "missing", "wrong", "no receipt", "resent", "median s", "silent s", "broker cores", "broker MiB")


def _row(one: Result) -> tuple[str, ...]:
    difference = one.difference
    return (
        one.name, f"{difference.values:,}", f"{difference.missing:,}", f"{difference.wrong + difference.unknown:,}", f"{one.without_receipt}",
        f"{one.resent}", f"{one.median_s:.2f}", f"{one.silent_s:.1f}", f"{one.broker_cores:.3f}", f"{one.broker_mib:.0f}",
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


def _on_cluster(folder: Path, program: Path, asked: argparse.Namespace) -> Iterator[Result]:
    """Yield the result of each fault, then that of the soak, all on one cluster."""
    load, runs = Load(asked.gateways, asked.points, 2.0), len(asked.fault) + 1
    began_s = time.monotonic()
    cluster = Cluster(program, folder, map(gateway_of, range(load.gateways * runs)))
    rig = Rig(folder, cluster)
    _say(f"the cluster and the centre took {time.monotonic() - began_s:.0f} s to start")
    try:
        wrong = list(violations(cluster.for_gateways, folder / "ca.pem", gateway_of(0), gateway_of(1)))
        if wrong:
            sys.exit("the access rules do not hold: " + "; ".join(wrong))
        _say("the access rules hold on every node")
        for name in asked.fault:
            trial = TRIALS[name]
            yield rig.run(name, load, trial.seconds, partial(trial.fail, rig, cluster))
        if asked.soak_minutes:
            yield rig.run(f"soak of {asked.soak_minutes:g} minutes", load, 60 * asked.soak_minutes)
    finally:
        rig.close()


def _on_mosquitto(folder: Path, asked: argparse.Namespace) -> Iterator[Result]:
    load = Load(asked.gateways, asked.points, 2.0)
    rig = Rig(folder, Mosquitto(folder, map(gateway_of, range(load.gateways))))
    try:
        yield rig.run("mosquitto, nothing", load, TRIALS["nothing"].seconds)
    finally:
        rig.close()


def _all_runs(folder: Path, program: Path, asked: argparse.Namespace) -> Iterator[Result]:
    for name in ("cluster", "mosquitto"):
        (folder / name).mkdir(exist_ok=True)
    if asked.fault or asked.soak_minutes:
        yield from _on_cluster(folder / "cluster", program, asked)
    if asked.mosquitto:
        yield from _on_mosquitto(folder / "mosquitto", asked)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--fault", action="append", choices=list(TRIALS))
    options.add_argument("--soak-minutes", type=float)
    options.add_argument("--mosquitto", action="store_true", help="mosquitto, too")
    options.add_argument("--gateways", type=int, default=60)
    options.add_argument("--points", type=int, default=20, help="values a second of each gateway")
    options.add_argument("--keep", type=Path, help="folder for logs and configurations that stays")
    asked = options.parse_args()
    if asked.fault is None and asked.soak_minutes is None:
        asked.mosquitto, asked.soak_minutes, asked.fault = True, 10.0, list(TRIALS)
    asked.fault = asked.fault or []
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
