"""The state that the page shows: the latest values of every asset, and what is wrong now. Pure: messages and the time in, state out."""

import itertools
from typing import Literal, NamedTuple

import msgspec

from gateway.model.instants import ms_of_iso
from gateway.model.messages import CityMessage, CityReading, GatewayState, WorkerState
from gateway.model.untrusted_json import json_reader

MISSING_INTERVALS = 3
"""An asset is missing when no reading has arrived for so many of its intervals, plus some time for transport."""

MISSING_SLACK_S = 5.0

FaultKind = Literal["missing", "no_answer", "lamp_failed", "gateway_offline", "wrong_device", "store_away", "centre_offline"]


class Fault(msgspec.Struct, frozen=True):
    """What is wrong now with an asset, a gateway or the centre, and since when. The centre makes an alarm of it if it lasts."""

    kind: FaultKind
    subject: str
    detail: str
    since_ms: int


class _Asset(NamedTuple):
    message: CityMessage
    times_ms: list[int]
    """The time of each of the message's readings."""


_EVENT = "event"
"""The measurement about moments, not about the state of an asset: it is not shown as one."""

_city = json_reader(CityMessage)
_gateway = json_reader(GatewayState)
_worker = json_reader(WorkerState)


class Board:
    """The latest messages of the city plane, and the states of the gateways."""

    def __init__(self) -> None:
        self._assets: dict[str, _Asset] = {}
        self._gateways: dict[str, tuple[GatewayState, int]] = {}
        self._workers: dict[str, tuple[WorkerState, int]] = {}
        self._wrong: dict[str, list[tuple[str, str, int]]] = {}
        """The asset, device and time of active events `wrong_device`, by the topic of the event."""
        self._since: dict[tuple[FaultKind, str], int] = {}

    def accept_asset(self, topic: str, payload: bytes) -> CityMessage | None:
        """Store a message of the city plane and return it if the page shows it; an empty payload removes the asset.

        A location that is not on Earth is dropped: the map can't show it, the table can.

        Raises:
            ValueError: The payload is not such a message, or a time in it is not an instant.
        """
        if not payload:
            self._assets.pop(topic, None)
            self._wrong.pop(topic, None)
            return None
        message = _city(payload)
        times_ms = [_ms(reading.time) for reading in message.readings]
        if message.measurement == _EVENT:
            pairs = zip(message.readings, times_ms, strict=True)
            self._wrong[topic] = [(message.asset, one.device, at_ms) for one, at_ms in pairs if _is_wrong(one)]
            return None
        if not _on_earth(message):
            message.location = None
        self._assets[topic] = _Asset(message, times_ms)
        return message

    def accept_gateway(self, gateway: str, payload: bytes, now_ms: int) -> None:
        """Store the state of a gateway (`operator/gateway`); an empty payload removes it.

        Raises:
            ValueError: The payload is not a state.
        """
        if payload:
            self._gateways[gateway] = (_gateway(payload), now_ms)
        else:
            self._gateways.pop(gateway, None)

    def accept_worker(self, worker: str, payload: bytes, now_ms: int) -> None:
        """Store the state of an ingest worker of the centre; an empty payload removes it.

        Raises:
            ValueError: The payload is not a state, or its time is not an instant.
        """
        if not payload:
            self._workers.pop(worker, None)
            return
        state = _worker(payload)
        self._workers[worker] = state, now_ms if state.store_away_since is None else _ms(state.store_away_since)

    @property
    def _centre_is_away(self) -> bool:
        """Whether no worker of the centre takes readings, so that the latest values are old. Sites without a centre have no workers."""
        return bool(self._workers) and all(state.state == "offline" for state, _ in self._workers.values())

    def assets(self) -> list[CityMessage]:
        """Return the latest message of every asset, ordered by topic."""
        return [self._assets[topic].message for topic in sorted(self._assets)]

    def gateways(self) -> dict[str, str]:
        """Return whether every gateway is online, offline or in maintenance."""
        return {name: state.state for name, state in self.gateway_states().items()}

    def gateway_states(self) -> dict[str, GatewayState]:
        """Return the state of every gateway, by `operator/gateway`."""
        return {name: state for name, (state, _) in sorted(self._gateways.items())}

    def faults(self, now_ms: int) -> list[Fault]:
        """Return what is wrong now, oldest first."""
        found: dict[tuple[FaultKind, str], tuple[str, int]] = {}
        for name, (state, at_ms) in self._gateways.items():
            if state.state == "offline":
                found["gateway_offline", name] = ("", at_ms)
        for asset, device, at_ms in itertools.chain(*self._wrong.values()):
            found["wrong_device", asset] = (device, at_ms)
        for name, (worker, at_ms) in self._workers.items():
            if worker.store_away_since is not None:
                found["store_away", name] = ("", at_ms)
            elif self._centre_is_away:
                found["centre_offline", name] = ("", at_ms)
        for message, times_ms in self._assets.values():
            # A message without a change may be that old, unless nothing is published at all.
            slack_s = 0.0 if self._centre_is_away else message.said_every_s
            for reading, at_ms in zip(message.readings, times_ms, strict=True):
                fault = _fault_of(reading, at_ms, slack_s, now_ms)
                if fault is not None:
                    kind, detail = fault
                    found[kind, message.asset] = (detail, at_ms)
        self._since = {key: self._since.get(key, since_ms) for key, (_, since_ms) in found.items()}
        faults = [Fault(kind, subject, detail, self._since[kind, subject]) for (kind, subject), (detail, _) in found.items()]
        return sorted(faults, key=lambda fault: (fault.since_ms, fault.subject))


def _is_wrong(event: CityReading) -> bool:
    """Return whether an event says that a device does not look like the product of its profile."""
    kind, active = event.values.get("kind"), event.values.get("active")
    return kind is not None and kind.value == "wrong_device" and active is not None and active.value is True


def _ms(time: str) -> int:
    """Return an instant in milliseconds since 1970.

    Raises:
        ValueError: It is not an instant, or before 1970.
    """
    try:
        at_ms = ms_of_iso(time)
    except OverflowError as error:
        raise ValueError(f"{time!r} is not an instant: {error}") from error
    if at_ms < 0:
        raise ValueError(f"{time!r} is before 1970")
    return at_ms


def _on_earth(message: CityMessage) -> bool:
    if message.location is None:
        return True
    longitude, latitude = message.location.coordinates
    return -180 <= longitude <= 180 and -90 <= latitude <= 90


def _fault_of(reading: CityReading, at_ms: int, slack_s: float, now_ms: int) -> tuple[FaultKind, str] | None:
    """Return the kind and the detail of a reading's fault; None if all is well."""
    if now_ms - at_ms > 1000 * (MISSING_INTERVALS * reading.every_s + MISSING_SLACK_S + slack_s):
        return "missing", reading.device
    values = reading.values.values()
    if values and all(value.value is None for value in values) and any(value.quality.startswith("Bad") for value in values):
        return "no_answer", f"{reading.device}: {next(iter(values)).quality}"
    failure = reading.values.get("lamp_failure")
    if failure is not None and failure.value is True:
        return "lamp_failed", reading.device
    return None
