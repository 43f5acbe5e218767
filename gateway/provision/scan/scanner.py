"""Scans a line along a plan; reports each device as it is found. Nothing is ever written to a device."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from gateway.fieldbus.modbus.rtu_client import RtuClient
from gateway.fieldbus.modbus.tcp_client import TcpClient
from gateway.fieldbus.wire.port import SettingsError
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.provision.findings import Found, Obstacle, Sentence
from gateway.provision.fingerprint import Fingerprint, fingerprint
from gateway.provision.identify import Asking, identify
from gateway.provision.scan.bootloaders import bootloader_note
from gateway.provision.scan.instrument_query import query_instruments
from gateway.provision.scan.line_access import LineAccess
from gateway.provision.scan.listening import recognise_traffic
from gateway.provision.scan.plan import (
    LISTEN_AGAIN_S,
    LISTEN_S,
    REACTION_S,
    Leg,
    ScanPlace,
    listening_settings,
    probe_timing,
    remaining,
    settings_text,
)
from gateway.provision.scan.probing import Presence, ignores_unit, probe
from gateway.provision.scan.traffic import obstacle

_IDENTIFY_S = 0.4
"""How long a device that was found may take to respond: some take longer where they have to look something up."""

_MOST_GARBLED = 3
"""After so many garbled responses in a row, a setting has noise on it rather than devices."""

ANY_UNIT = Sentence(
    "it responds to every unit address: one device, not a bridge", "risponde a ogni indirizzo: un solo dispositivo, non un bridge"
)


class ScanTerms(NamedTuple):
    """How to scan.

    Args:
        reaction_s: how long a device may take to respond, in seconds.
        listen_s: how long to listen before anything is sent, in seconds.
        anyway: whether to scan in spite of traffic.
        echo: whether the port receives what it sends.
    """

    reaction_s: float = REACTION_S
    listen_s: float = LISTEN_S
    anyway: bool = False
    echo: bool = False


class ScanObserver(Protocol):
    """Receives what a scan finds, and how far it has come."""

    def found(self, found: Found) -> None:
        """Accept a device."""
        ...

    def also_at(self, unit: int, settings: str) -> None:
        """Accept other settings at which a device that was found responds too."""
        ...

    def skipped(self, settings: str) -> None:
        """Accept settings that the port does not support."""
        ...

    def reached(self, place: ScanPlace, settings: str | None) -> None:
        """Accept how far the scan has come, and the settings that it has come to."""
        ...


class SerialScan:
    """The scan of a serial line, at a port or behind a device server. `known` are the devices that were found before it was stopped."""

    def __init__(
        self, access: LineAccess, profiles: Sequence[Profile], terms: ScanTerms, observer: ScanObserver, known: Sequence[Found] = ()
    ) -> None:
        self._access, self._profiles, self._terms, self._observer = access, profiles, terms, observer
        self._by_name = {profile.profile: profile for profile in profiles}
        self._fingerprints = fingerprints_of(profiles)
        self._seen = {(one.unit, one.settings) for one in known}

    async def run(self, legs: Sequence[Leg], start: ScanPlace) -> Obstacle | None:
        """Scan from a place on; return why it was not scanned to its end, if somebody else uses the line.

        An instrument that does not speak Modbus has a line of its own, so nothing more is sent once one has been found.

        Raises:
            WireError: the port can't be opened, or failed.
        """
        if self._terms.listen_s:
            at = listening_settings(self._profiles, legs)
            heard = await recognise_traffic(self._access.hear, at, self._profiles, self._terms.listen_s)
            if isinstance(heard, Found):
                self._observer.found(heard)
                return None
            if heard is not None and not self._terms.anyway:
                return heard
        for number, leg, before in remaining(legs, start):
            try:
                blocked, ended = await self._leg(leg, leg.settings, number, before)
            except SettingsError:
                blocked, ended = None, False
                self._observer.skipped(settings_text(leg.settings) or "")
            if blocked is not None or ended:
                return blocked
            self._observer.reached(ScanPlace(number + 1, 0), settings_text(leg.settings))
        return None

    async def _leg(self, leg: Leg, settings: SerialSettings | None, number: int, before: int) -> tuple[Obstacle | None, bool]:
        """Scan one leg; return what blocks the line, and whether the scan has found an instrument that has the line to itself."""
        self._observer.reached(ScanPlace(number, before), settings_text(settings))
        if not self._terms.anyway and (data := await self._traffic(settings)):
            return obstacle(data, settings), False
        if leg.queries and not self._access.lent:  # such an instrument has a line of its own, not one that is polled
            products = [self._by_name[name] for name in leg.queries]
            found = await query_instruments(self._access.wire(settings), products, settings)
            if found is not None:
                self._observer.found(found)
                return None, True
        return await self._units(leg.units, settings, number, before), False

    async def _traffic(self, settings: SerialSettings | None) -> bytes:
        """Return what others send on the line, as opposed to the late response of a slow device to the last probe."""
        if not await self._access.hear(settings, LISTEN_AGAIN_S):
            return b""
        return await self._access.hear(settings, self._terms.listen_s)

    async def _units(self, units: Sequence[int], settings: SerialSettings | None, number: int, before: int) -> Obstacle | None:
        client = self._client(settings, self._terms.reaction_s)
        garbled = 0
        try:
            for done, (last, unit) in enumerate(zip((None, *units), units, strict=False), before + 1):
                presence = await probe(client, unit)
                if presence is Presence.FOREIGN:
                    presence = await self._after_foreign(client, last, unit, settings)
                    if presence is Presence.FOREIGN and not self._terms.anyway:
                        return _master_during_scan(settings)
                garbled = garbled + 1 if presence is Presence.GARBLED else 0
                if garbled >= _MOST_GARBLED:
                    return None
                if presence in (Presence.PRESENT, Presence.GARBLED):
                    client.close()
                    await self._report(unit, settings, garbled=presence is Presence.GARBLED)
                self._observer.reached(ScanPlace(number, done), settings_text(settings))
        finally:
            client.close()
        return None

    async def _after_foreign(self, client: Asking, last: int | None, unit: int, settings: SerialSettings | None) -> Presence:
        """Return whether frames came from a slow device, whose late response met the next request, or from another master.

        The unit before it is asked again, with more time, and then the unit itself.
        """
        client.close()
        patient = self._client(settings, self._patience_s)
        try:
            if last is not None and await probe(patient, last) is Presence.PRESENT:
                await self._report(last, settings, garbled=False, client=patient)
            return await probe(patient, unit)
        finally:
            patient.close()

    async def _report(self, unit: int, settings: SerialSettings | None, *, garbled: bool, client: Asking | None = None) -> None:
        """Identify a device and report it, unless it is known at settings that differ in stop bits alone: receivers ignore those."""
        at = settings_text(settings)
        if (unit, at) in self._seen:
            return
        alike = settings_text(settings._replace(stop_bits=3 - settings.stop_bits)) if settings is not None else None
        self._seen.add((unit, at))
        if at is not None and (unit, alike) in self._seen:
            self._observer.also_at(unit, at)
            return
        found = Found(unit=unit, settings=at, garbled=garbled)
        if not garbled:
            own = client or self._client(settings, self._patience_s)
            try:
                found.identification = await identify(own, unit, self._fingerprints)
                if found.identification.first is None and (note := await bootloader_note(own, unit, self._profiles)) is not None:
                    found.notes.append(note)
            finally:
                own.close()
        self._observer.found(found)

    @property
    def _patience_s(self) -> float:
        """How long a device that was found may take to respond."""
        return max(_IDENTIFY_S, 2 * self._terms.reaction_s)

    def _client(self, settings: SerialSettings | None, reaction_s: float) -> Asking:
        return self._access.client(RtuClient(self._access.wire(settings), probe_timing(settings, reaction_s), echo=self._terms.echo))


async def scan_tcp(
    access: LineAccess, profiles: Sequence[Profile], legs: Sequence[Leg], start: ScanPlace, terms: ScanTerms, observer: ScanObserver
) -> None:
    """Scan the units of a TCP endpoint.

    Raises:
        WireError: it can't be reached, or failed.
    """
    client = access.client(TcpClient(access.wire(None), terms.reaction_s))
    fingerprints = await asyncio.to_thread(fingerprints_of, profiles)
    try:
        if await ignores_unit(client):
            unit = legs[0].units[0]
            found = Found(unit=unit, settings=None, notes=[ANY_UNIT], identification=await identify(client, unit, fingerprints))
            observer.found(found)
            return
        for number, leg, before in remaining(legs, start):
            for done, unit in enumerate(leg.units, before + 1):
                if await probe(client, unit) is Presence.PRESENT:
                    observer.found(Found(unit=unit, settings=None, identification=await identify(client, unit, fingerprints)))
                observer.reached(ScanPlace(number, done), None)
            observer.reached(ScanPlace(number + 1, 0), None)
    finally:
        client.close()


def fingerprints_of(profiles: Sequence[Profile]) -> list[Fingerprint]:
    """Return the fingerprints of all Modbus products."""
    return [fingerprint(profile) for profile in profiles if profile.modbus is not None]


def _master_during_scan(settings: SerialSettings | None) -> Obstacle:
    at = settings_text(settings)
    at_en, at_it = (f" at {at}", f" a {at}") if at else ("", "")
    return Obstacle(
        "master",
        at,
        Sentence(
            f"frames of another master were received{at_en} during the scan; stop it first, or scan nevertheless with --anyway",
            f"durante la scansione sono arrivati messaggi di un altro master{at_it}; fermalo prima, oppure usa --anyway",
        ),
    )
