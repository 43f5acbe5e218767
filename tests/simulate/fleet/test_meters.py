"""The meters of a simulated gateway."""

import random

from gateway.model.stream import hash_of
from gateway.model.topics import GatewayId
from gateway.simulate.fleet.meters import WanderingMeters, meter_streams

ME = GatewayId("sim", "operator-1", "sim-00001")


def meters(points: int = 30, seed: int = 1) -> WanderingMeters:
    return WanderingMeters(ME, points, random.Random(seed), 10_000)


def test_meters_have_as_many_values_as_planned() -> None:
    for points in (1, 20, 31, 100):
        streams = meter_streams(ME, points)
        assert sum(len(stream.fields) for stream in streams) == points
        assert len({stream.asset for stream in streams}) == len(streams)


def test_a_reading_of_every_meter_is_due_each_second_and_none_twice() -> None:
    one = meters()
    first, second = one.read(12_500), one.read(14_000)
    assert first is not None
    assert second is not None
    streams = len(meter_streams(ME, 30))
    assert (first.t0_ms, [dt for stream, dt, _, _ in first.rows if stream == 0]) == (10_000, [0, 1000, 2000])
    assert (second.t0_ms, [dt for stream, dt, _, _ in second.rows if stream == 0]) == (13_000, [0])
    assert (first.points, len(first.rows)) == (90, 3 * streams)


def test_nothing_is_read_before_it_is_due() -> None:
    one = meters()
    assert one.read(10_000) is None
    assert one.read(10_001) is not None
    assert one.read(11_000) is None


def test_values_wander_and_rows_keep_the_values_that_they_had() -> None:
    found = meters().read(60_000)
    assert found is not None
    values = [tuple(values) for stream, _, values, _ in found.rows if stream == 0]
    assert len(set(values)) > 40
    assert all(150 < value < 300 for row in values for value in row)


def test_the_same_seed_gives_the_same_values() -> None:
    assert meters(seed=3).read(20_000) == meters(seed=3).read(20_000) != meters(seed=4).read(20_000)
    assert hash_of(meters().document) == meters().document_hash
