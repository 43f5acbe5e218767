"""The devices of a site: what their gateways say about their streams, and what they answered when they were asked. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

from firmware_tools.rollout.device import DeviceName, KnownDevice
from gateway.centre.schemas import Schemas
from gateway.model.messages import AlarmText, FirmwareAnswer
from gateway.model.topics import GatewayTopic


class _Described(NamedTuple):
    """What a schema document says about a device."""

    profile: str
    lat: float | None
    lon: float | None


class Inventory:
    """The known devices, by name; `changed` are those that have changed since they were stored.

    Args:
        known: The devices as they were stored.
    """

    def __init__(self, known: Iterable[KnownDevice] = ()) -> None:
        self.devices = {one.name: one for one in known}
        self.changed: set[DeviceName] = set()
        self._schemas = Schemas()

    def hear_schema(self, topic: GatewayTopic, payload: bytes, now_s: float) -> None:
        """Accept a schema document of a gateway: its devices are known from then on."""
        sender, name = topic.sender, topic.schema
        if name is None or not payload:
            return
        self._schemas.update(sender, name, payload)
        document = self._schemas.get(sender, name, now_s)
        if document is None or isinstance(document, str):
            return  # the ingest reports what is wrong with it
        for origin in document.origins:
            stream = origin.stream
            place = stream.place
            about = _Described(stream.profile, None if place is None else place.lat, None if place is None else place.lon)
            self._describe(DeviceName(sender.operator, sender.gateway, stream.device), about)

    def hear_version(self, name: DeviceName, version: str) -> None:
        """Accept the version that a device reports in its readings."""
        known = self.devices.get(name)
        if known is not None and known.version is None:
            self._put(msgspec.structs.replace(known, version=version))

    def hear_answer(self, name: DeviceName, answer: FirmwareAnswer) -> None:
        """Accept what a device said about itself, or why its gateway can't say it."""
        known, found = self.devices.get(name), answer.found
        if known is None:
            return
        if answer.state in ("refused", "failed"):
            self._put(msgspec.structs.replace(known, refused=AlarmText(answer.en, answer.it)))
        elif found is not None:
            self._put(
                msgspec.structs.replace(
                    known,
                    refused=None,
                    line=found.line or known.line,
                    bytes_per_s=found.bytes_per_s or known.bytes_per_s,
                    model=found.model or known.model,
                    hardware=found.hardware or known.hardware,
                    version=found.version,
                )
            )

    def _describe(self, name: DeviceName, about: _Described) -> None:
        known = self.devices.get(name)
        if known is None:
            self._put(KnownDevice(name, *about))
        elif (known.profile, known.lat, known.lon) != about:
            lat, lon = (about.lat, about.lon) if about.lat is not None else (known.lat, known.lon)
            self._put(msgspec.structs.replace(known, profile=about.profile, lat=lat, lon=lon))

    def _put(self, device: KnownDevice) -> None:
        if self.devices.get(device.name) != device:
            self.devices[device.name] = device
            self.changed.add(device.name)
