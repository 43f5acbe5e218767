"""The plan of a simulated fleet, and its reports."""

from typing import Annotated

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0)]


class FleetPlan(msgspec.Struct, kw_only=True, frozen=True):
    """A fleet, or the part of it that one process runs: gateways `first` to `first + gateways - 1`.

    Every gateway reads `points` values a second and flushes every `flush_s`. At each of `storms_s` (seconds after the ramp) every
    connection is cut; `outage_s` later all connect again at once. Reading goes on meanwhile.
    """

    broker: str
    site: str
    first: int = 0
    gateways: Annotated[int, msgspec.Meta(ge=1)]
    points: Annotated[int, msgspec.Meta(ge=1)]
    seconds: Positive
    flush_s: Positive = 10.0
    storms_s: tuple[float, ...] = ()
    outage_s: float = 5.0
    ramp_s: float = 10.0
    drain_s: float = 120.0
    user: str | None = None
    password: str | None = None


class FleetReport(msgspec.Struct, kw_only=True):
    """The counts of a fleet so far. Latencies are seconds from flush to receipt of the batches confirmed since the last report."""

    passed_s: float
    connected: int
    batches: int = 0
    points: int = 0
    confirmed: int = 0
    confirmed_points: int = 0
    resent: int = 0
    rejected: int = 0
    unconfirmed: int = 0
    latencies_s: list[float] = []
    done: bool = False
