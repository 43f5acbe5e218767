"""What the store knows of gateways and workers, for the alarms."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gateway.alarms.observation import Subject
from gateway.centre.alarms.stored_health import HealthRow, StoredHealth
from gateway.centre.stores.port import SelectedPoint, SelectedSeries, Span, StoreUnavailable

NOW_MS = 1_795_820_400_000
GATEWAY = (("asset", "gw-1"), ("gateway", "gw-1"), ("operator", "citelum"))


class Store:
    """A store with one gateway and one worker."""

    shows_within_s = 0.0

    def __init__(self) -> None:
        self.away = self.closed = False
        self.spans: list[Span] = []

    def latest(self, measurement: str, fields: Sequence[str], where: Mapping[str, str], since_ms: int) -> Iterator[SelectedSeries]:
        if self.away:
            raise StoreUnavailable("away")
        assert since_ms == NOW_MS - 900_000
        if measurement == "gateway":
            assert where == {"profile": "gateway_health"} or where
            yield SelectedSeries(GATEWAY, [SelectedPoint(NOW_MS, (3, 80.5, None))])
        else:
            yield SelectedSeries((("asset", "worker-1"),), [SelectedPoint(NOW_MS, (7, 1))])

    def select(
        self, measurement: str, fields: Sequence[str], where: Mapping[str, str], span: Span, step_ms: int | None = None
    ) -> Iterator[SelectedSeries]:
        self.spans.append(span)
        for device in ("d-1", "d-2"):
            tags = (("asset", "a"), ("device", device), ("gateway", "gw-1"), ("operator", "citelum"))
            yield SelectedSeries(tags, [SelectedPoint(1, (60, 59)), SelectedPoint(2, (60, None))])

    def counts(self, *_: Any) -> Iterator[Any]:
        raise AssertionError("the alarms count nothing in the store")

    def close(self) -> None:
        self.closed = True


async def test_the_newest_health_and_the_sums_of_the_last_hour_are_read() -> None:
    store = Store()
    found = await StoredHealth(lambda: store).read(NOW_MS)
    gateway = Subject("citelum", "gw-1", "gw-1")
    assert found == [
        HealthRow("gateway", gateway, {"backlog_batches": 3.0, "certificate_days": 80.5}),
        HealthRow("worker", Subject("centre", "worker-1", ""), {"dead_letters": 7.0, "lost_parts": 1.0}),
        HealthRow("completeness", gateway, {"expected": 240.0, "read": 118.0}),
    ]
    assert store.spans == [Span(NOW_MS - 3_720_000, NOW_MS - 120_000)]


async def test_a_store_that_does_not_answer_says_nothing_and_is_asked_again() -> None:
    store = Store()
    health = StoredHealth(lambda: store)
    store.away = True
    assert await health.read(NOW_MS) is None
    store.away = False
    assert await health.read(NOW_MS)
    await health.close()
    assert store.closed


async def test_a_store_that_can_not_be_opened_yet_is_opened_later() -> None:
    def away() -> Store:
        raise StoreUnavailable("no history yet")

    health = StoredHealth(away)
    assert await health.read(NOW_MS) is None
    await health.close()
