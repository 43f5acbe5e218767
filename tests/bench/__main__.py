"""`make bench`: CPU time of the edge per value, under both event loops."""

from tests.bench.edge import measure

for loop in ("uvloop", "asyncio"):
    print(f"edge, {loop}:", measure(rounds=3, seconds=8, loop=loop))
