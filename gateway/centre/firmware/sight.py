"""What the centre sees of devices and gateways while it brings firmware to them: from the city plane, its alarms, and the states. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import FieldName, SeenDevice
from gateway.model.instants import ms_of_iso
from gateway.model.messages import AlarmMessage, CityMessage, CityReading, CityValue, GatewayState
from gateway.model.topics import CityTopic, GatewayId
from gateway.model.untrusted_json import json_reader

_MOST_TOPICS, _MOST_TOPICS_OF_A_GATEWAY = 40_000, 4_000
"""Measurements of assets that are remembered, in all and of one gateway: more must not fill the memory."""

_city, _alarm, _state = json_reader(CityMessage), json_reader(AlarmMessage), json_reader(GatewayState)


class _Heard(NamedTuple):
    """What a topic of the city plane says about one device."""

    t_ms: int
    every_s: float
    values: Mapping[FieldName, float | None]


class _SeenAlarm(NamedTuple):
    kind: str
    part: str
    since_ms: int


class StreetSight:
    """The newest readings of each device, the alarms of each asset, and the gateways that are online."""

    def __init__(self) -> None:
        self._topics: dict[str, tuple[str, dict[DeviceName, _Heard]]] = {}
        self._of_gateways = Counter[str]()
        self._devices: dict[DeviceName, set[str]] = defaultdict(set)
        self._alarms: dict[tuple[str, str], list[_SeenAlarm]] = {}
        self.online: set[tuple[str, str]] = set()

    def hear_city(self, topic: str, payload: bytes) -> None:
        """Accept a message of the city plane; an empty one removes its asset.

        Raises:
            ValueError: It is no such message, or a time in it is not an instant.
        """
        gateway, before = self._topics.pop(topic, ("", {}))
        self._of_gateways[gateway] -= bool(before)
        for name in before:
            self._devices[name].discard(topic)
        if not payload:
            return
        message = _city(payload)
        owner = f"{message.operator}/{message.gateway}"
        if len(self._topics) >= _MOST_TOPICS or self._of_gateways[owner] >= _MOST_TOPICS_OF_A_GATEWAY:
            return
        heard = {DeviceName(message.operator, message.gateway, one.device): _heard(message, one) for one in message.readings}
        self._topics[topic] = owner, heard
        self._of_gateways[owner] += 1
        for name in heard:
            self._devices[name].add(topic)

    def hear_alarms(self, topic: CityTopic, payload: bytes) -> None:
        """Accept the alarms of an asset; an empty message ends them.

        Raises:
            ValueError: It is no such message, or a time in it is not an instant.
        """
        alarms = _alarm(payload).alarms if payload else []
        active = [_SeenAlarm(one.kind, one.part, ms_of_iso(one.since)) for one in alarms if one.state != "returned"]
        self._alarms.pop((topic.operator, topic.asset), None)
        if active:
            self._alarms[topic.operator, topic.asset] = active

    def hear_gateway(self, gateway: GatewayId, payload: bytes) -> None:
        """Accept the state of a gateway; an empty message removes it.

        Raises:
            ValueError: It is no state.
        """
        self.online.discard((gateway.operator, gateway.gateway))
        if payload and _state(payload).state == "online":
            self.online.add((gateway.operator, gateway.gateway))

    def seen(self, name: DeviceName) -> SeenDevice | None:
        """Return what is known of a device; None if it has never been heard."""
        parts = [self._topics[topic][1][name] for topic in self._devices.get(name, ())]
        if not parts:
            return None
        values = {field: value for one in parts for field, value in one.values.items()}
        every_s = min((one.every_s for one in parts if one.every_s > 0), default=0.0)
        return SeenDevice(max(one.t_ms for one in parts), every_s, values, self._alarms_about(name, {field.asset for field in values}))

    def _alarms_about(self, name: DeviceName, assets: set[str]) -> dict[str, int]:
        """Return the alarms of the device's assets that are about it, or about no device."""
        return {
            one.kind: one.since_ms
            for asset in assets
            for one in self._alarms.get((name.operator, asset), ())
            if one.part in ("", name.device)
        }


def _heard(message: CityMessage, reading: CityReading) -> _Heard:
    values = {
        FieldName(message.asset, message.measurement, field): _number(one)
        for field, one in reading.values.items()
        if one.value is not None and one.quality.startswith("Good")
    }
    return _Heard(ms_of_iso(reading.time), reading.every_s, values)


def _number(one: CityValue) -> float | None:
    value = one.value
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
