"""`python -m tests.provision.faults [--json] [NAME...]`: injects every fault and prints what is named first. Exits with 1 if that is wrong."""

import argparse
import asyncio
import json
import sys
import time

from tests.provision.faults.catalogue import FAULTS
from tests.provision.faults.trial import Trial, attempt


async def main() -> int:
    """Inject the faults, and return the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.provision.faults", description="Inject every fault of wiring, settings and meters."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these faults")
    parser.add_argument("--json", action="store_true", help="print JSON")
    wanted = parser.parse_args()
    trials: list[tuple[Trial, float]] = []
    for fault in FAULTS:
        if wanted.names and fault.name not in wanted.names:
            continue
        begun_s = time.monotonic()
        trial = await attempt(fault)
        took_s = time.monotonic() - begun_s
        trials.append((trial, took_s))
        if not wanted.json:
            print(
                f"{'ok   ' if trial.right else 'WRONG'} {fault.name:<26} {trial.first or 'nothing wrong':<18} {trial.certainty:<8} {took_s:5.1f} s  {fault.injected}",
                flush=True,
            )
            if not trial.right:
                print(f"      expected {fault.expected}; named {trial.named}")
    if wanted.json:
        print(json.dumps([one._asdict() | {"seconds": round(took_s, 1)} for one, took_s in trials], indent=1, ensure_ascii=False))
    return 0 if all(one.right for one, _ in trials) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
