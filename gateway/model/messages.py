"""The JSON messages of uplink protocol v1: states, receipts, questions, and the city plane."""

from typing import Annotated, Literal

import msgspec

Seq = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
"""A batch's number within its epoch."""


class GatewayState(msgspec.Struct, omit_defaults=True):
    """What a gateway says of itself, retained; the broker says `offline` for it when it vanishes (the will)."""

    state: Literal["online", "offline", "maintenance"]
    epoch: str | None = None
    boot: str | None = None
    version: str | None = None
    clock: Literal["synced", "holdover", "unsynced"] | None = None


class WorkerState(msgspec.Struct, omit_defaults=True):
    """What an ingest worker says of itself, retained; `start` is new at every start and opens the gateways' windows."""

    state: Literal["online", "offline"]
    start: str | None = None


class Refusal(msgspec.Struct):
    """One batch that was not stored, and why."""

    seq: Seq
    reason: str


class Receipt(msgspec.Struct, omit_defaults=True):
    """The centre's word on batches of one epoch (hex): stored ranges (both ends included), to be retried, rejected.

    `partly` are stored too, but for readings that the centre has set aside as dead letters.
    """

    epoch: str
    stored: list[tuple[Seq, Seq]] = []
    retry: list[Refusal] = []
    rejected: list[Refusal] = []
    partly: list[Refusal] = []


_Ms = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class TimeQuestion(msgspec.Struct):
    """What a gateway without a trusted clock asks the centre; `asked_ms` is its own business (milliseconds since its boot)."""

    asked_ms: _Ms


class TimeAnswer(msgspec.Struct):
    """The centre's time, in milliseconds since 1970, and the question that it answers."""

    asked_ms: _Ms
    now_ms: _Ms


class Ask(msgspec.Struct, omit_defaults=True):
    """What the centre wants of a gateway: a schema document again, by its hash in hex, or what it read in a time again.

    A store that was restored from a backup lacks what came since: times are milliseconds since 1970, `until_ms` excluded.
    `time` is no question but the answer to one.
    """

    schema: str | None = None
    since_ms: _Ms | None = None
    until_ms: _Ms | None = None
    time: TimeAnswer | None = None


class CityValue(msgspec.Struct, omit_defaults=True):
    """One value as utilities read it; absent values have a quality that says why."""

    quality: str
    value: int | float | str | bool | None = None
    unit: str | None = None


class CityReading(msgspec.Struct, omit_defaults=True):
    """What one device says of the asset: its latest values, when they were read and how often they are due."""

    device: str
    time: str
    every_s: float
    values: dict[str, CityValue]
    tags: dict[str, str] = {}


class CityPoint(msgspec.Struct, tag="Point"):
    """A GeoJSON point (RFC 7946): longitude first."""

    coordinates: tuple[float, float]


class CityMessage(msgspec.Struct, omit_defaults=True):
    """The retained message of one asset's measurement on the city plane.

    `said_every_s` is after how long it is published again at the latest while the asset's readings come and do not change.
    """

    v: int
    asset: str
    measurement: str
    operator: str
    gateway: str
    readings: list[CityReading]
    complete_until: str
    name: str | None = None
    location: CityPoint | None = None
    said_every_s: float = 0.0
