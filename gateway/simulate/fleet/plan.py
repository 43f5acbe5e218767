"""The plan of a simulated fleet, and its reports."""

from typing import Annotated

import msgspec

Positive = Annotated[float, msgspec.Meta(gt=0)]


class FleetPlan(msgspec.Struct, kw_only=True, frozen=True):
    """A fleet, or the part of it that one process runs: gateways `first` to `first + gateways - 1`.

    Every gateway reads `points` values a second and flushes every `flush_s`. At each of `storms_s` (seconds after the ramp) every
    connection is cut; `outage_s` later all connect again at once. Reading goes on meanwhile.

    A cluster has several addresses, tried in turn. `ca` is the authority of a broker with TLS. In `user` and `password`, `{id}` stands for
    the client id of a gateway. What was read is appended to the file `served`, a line of JSON (`ServedBatch`) for each batch.
    """

    broker: str | tuple[str, ...]
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
    ca: str | None = None
    served: str | None = None


class ServedBatch(msgspec.Struct, array_like=True, frozen=True):
    """What a gateway read for one batch: its name, the assets and fields of its meters, and rows: the meter's number, the time, values."""

    gateway: str
    assets: list[str]
    fields: list[list[str]]
    rows: list[tuple[int, int, list[float]]]


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
