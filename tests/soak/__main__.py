"""Run a whole system at speed for half an hour, under random attacks and faults together: nothing may be lost, and no process may grow.

Two operators' gateways read 200 devices every second. Faults strike one of them, one of two workers, the broker and the store; attacks come from
a third gateway, whose rights end at its own topics. In the end every value served is compared with what is stored, and the growth of every
process's memory and descriptors is computed over its last run.

python -m tests.soak --json > soak.json
python -m tests.soak --minutes 3 --seed 7
python -m tests.soak --minutes 3 --only "documents without end" --only "the group of the workers" --only "half-open uplink"
python -m tests.soak --minutes 30 --store victoria --folder /var/tmp/soak
"""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from tests.soak.events import ATTACKS, FAULTS
from tests.soak.soak import soak
from tests.soak.verdict import DESCRIPTORS_A_MINUTE, Outcome, ProcessReport

_STORIES = 10
"""All stories of late batches are in the JSON, and with `--folder` in late.txt, with those near a fault."""


def main() -> None:
    options = argparse.ArgumentParser("python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "--minutes", type=float, default=30.0, help="duration without its pauses; memory is judged from 10 minutes on (default: 30)"
    )
    options.add_argument("--seed", type=int, default=1, help="what to draw faults and attacks from (default: 1)")
    options.add_argument("--devices", type=int, default=200, help="number of devices, half of them for each operator (default: 200)")
    options.add_argument("--store", choices=("influxdb", "victoria"), default="influxdb", help="(default: influxdb)")
    options.add_argument(
        "--only",
        action="append",
        default=[],
        choices=[*FAULTS, *ATTACKS],
        metavar="NAME",
        help="only this fault or attack; may be repeated",
    )
    options.add_argument("--folder", type=Path, help="keep logs and journals there, in a new folder; by default, they are deleted")
    options.add_argument("--json", action="store_true", help="print the outcome as JSON")
    asked = options.parse_args()
    begun_s = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - begun_s:7.1f} s  {text}", file=sys.stderr, flush=True)

    with _folder(asked.folder) as folder:
        found = asyncio.run(soak(folder, asked.minutes, asked.seed, asked.devices, asked.store, say, asked.only))
    print(summary_of(found), file=sys.stderr)
    if asked.json:
        print(msgspec.json.encode(found).decode())
    sys.exit(not found.held)


@contextlib.contextmanager
def _folder(asked: Path | None) -> Iterator[Path]:
    if asked is not None:
        asked.mkdir(parents=True)
        yield asked.resolve()
        return
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def summary_of(found: Outcome) -> str:
    """Return the outcome as text."""
    lines = [
        f"{found.minutes:g} minutes, seed {found.seed}, {found.devices} devices, {found.values} values, {found.values_per_s:.0f} a second",
        f"lost {found.lost}, doubled {found.doubled}, misdated {found.misdated}, wrong {found.wrong_values}, in recorded gaps {found.in_gaps}",
        f"{sum(found.faults.values())} faults, {sum(found.attacks.values())} attacks; drained in {found.drained_s:.0f} s",
        f"greatest delay: {found.delay_s} s; without a fault: {found.undisturbed_delay_s} s in {found.undisturbed_batches} batches",
        f"greatest delay without a fault, by attack: {dict(list(found.delay_by_attack_s.items())[:8])}",
    ]
    lines.append("the broker holds {} messages, {} retained, and {} sessions of clients that are gone".format(*found.broker_holds))
    lines += [f"late without a fault: {story}" for story in found.late[:_STORIES]]
    for one in found.processes:
        lines.append(
            f"{one.name}: {one.restarts} restarts, ended {one.ended_by_faults} times by faults, peak {one.peak_mib} MiB ({', '.join(one.peak_during) or 'no attack'}), last run {one.run_min} min"
        )
        lines += [f"    {what}" for what in _growth_of(one)]
    lines += ["held"] if found.held else [f"NOT HELD: {what}" for what in found.wrong]
    return "\n".join(lines)


def _growth_of(one: ProcessReport) -> list[str]:
    if one.memory_kib_per_min is None or one.descriptors_per_min is None:
        return ["too short to be judged"]
    (held, low, high), (opened, least, most) = one.memory_kib_per_min, one.descriptors_per_min
    return [
        f"memory {held:+} KiB/min, between {low:+} and {high:+} (bound {one.memory_bound}), at {one.held_mib} MiB from minute {one.judged_from_min} on: {one.memory}",
        f"descriptors {opened:+} a minute, between {least:+} and {most:+} (bound {DESCRIPTORS_A_MINUTE}), at {one.descriptors}: {one.descriptor_growth}",
    ]


if __name__ == "__main__":
    main()
