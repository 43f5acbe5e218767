"""`make bench`: every benchmark, as ratios of what was measured in one run."""

from tests.bench.edge import measure

for loop in ("uvloop", "asyncio"):
    print(f"edge, {loop}:", measure(rounds=3, seconds=8, loop=loop))
