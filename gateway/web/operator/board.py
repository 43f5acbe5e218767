"""What the page shows: the latest of every asset, and what is wrong. Pure: messages and the time in, states out."""

from datetime import datetime
from typing import Literal

import msgspec

from gateway.model.messages import CityMessage, CityReading, GatewayState
from gateway.model.untrusted_json import json_reader

MISSING_INTERVALS = 3
"""An asset is missing when nothing came for so many of its intervals, and a little more for the way."""

MISSING_SLACK_S = 5.0

AlarmKind = Literal["missing", "no_answer", "lamp_failed", "gateway_offline"]


class BoardAlarm(msgspec.Struct, frozen=True):
    """Something that an operator should look at, and since when."""

    kind: AlarmKind
    subject: str
    detail: str
    since_ms: int


_NOT_SHOWN = frozenset({"event"})
"""What is about moments and not about the state of an asset."""

_city = json_reader(CityMessage)
_gateway = json_reader(GatewayState)


class Board:
    """Keeps the city plane's messages and the gateways' states."""

    def __init__(self) -> None:
        self._assets: dict[str, CityMessage] = {}
        self._gateways: dict[str, tuple[GatewayState, int]] = {}
        self._since: dict[tuple[AlarmKind, str], int] = {}

    def take_asset(self, topic: str, payload: bytes) -> CityMessage | None:
        """Take a message of the city plane; an empty one removes the asset.

        Raises:
            ValueError: it is none.
        """
        if not payload:
            self._assets.pop(topic, None)
            return None
        message = _city(payload)
        if message.measurement in _NOT_SHOWN:
            return None
        self._assets[topic] = message
        return message

    def take_gateway(self, gateway: str, payload: bytes, now_ms: int) -> None:
        """Take the state of a gateway (`operator/gateway`).

        Raises:
            ValueError: it is none.
        """
        if payload:
            self._gateways[gateway] = (_gateway(payload), now_ms)
        else:
            self._gateways.pop(gateway, None)

    def assets(self) -> list[CityMessage]:
        """Give every asset's latest message, by its topic."""
        return [self._assets[topic] for topic in sorted(self._assets)]

    def gateways(self) -> dict[str, str]:
        """Give the state of every gateway."""
        return {name: state.state for name, (state, _) in sorted(self._gateways.items())}

    def alarms(self, now_ms: int) -> list[BoardAlarm]:
        """Give what is wrong now, each with the time since when it is."""
        found: dict[tuple[AlarmKind, str], tuple[str, int]] = {}
        for name, (state, at_ms) in self._gateways.items():
            if state.state == "offline":
                found["gateway_offline", name] = ("", at_ms)
        for message in self._assets.values():
            for reading in message.readings:
                wrong = _wrong(reading, message.said_every_s, now_ms)
                if wrong is not None:
                    kind, detail, since_ms = wrong
                    found[kind, message.asset] = (detail, since_ms)
        self._since = {key: self._since.get(key, since_ms) for key, (_, since_ms) in found.items()}
        alarms = [BoardAlarm(kind, subject, detail, self._since[kind, subject]) for (kind, subject), (detail, _) in found.items()]
        return sorted(alarms, key=lambda alarm: (alarm.since_ms, alarm.subject))


def _wrong(reading: CityReading, said_every_s: float, now_ms: int) -> tuple[AlarmKind, str, int] | None:
    device = reading.device
    at_ms = int(datetime.fromisoformat(reading.time).timestamp() * 1000)
    if now_ms - at_ms > 1000 * (MISSING_INTERVALS * reading.every_s + MISSING_SLACK_S + said_every_s):
        return "missing", device, at_ms
    values = reading.values.values()
    if values and all(value.value is None for value in values) and any(value.quality.startswith("Bad") for value in values):
        return "no_answer", f"{device}: {next(iter(values)).quality}", at_ms
    failure = reading.values.get("lamp_failure")
    if failure is not None and failure.value is True:
        return "lamp_failed", device, at_ms
    return None
