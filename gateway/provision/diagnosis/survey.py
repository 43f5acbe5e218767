"""Surveys a line: listens, asks addresses without a device, asks each device, and looks for those that are silent. Only reads are sent."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line_factory import costs_of
from gateway.fieldbus.modbus.pdu import read_request
from gateway.fieldbus.wire.port import SettingsError
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings
from gateway.provision.diagnosis.access import CheckAccess
from gateway.provision.diagnosis.asking import Asker
from gateway.provision.diagnosis.evidence import DeviceEvidence, Elsewhere, Exchange, LineEvidence, Tally, tally
from gateway.provision.diagnosis.questions import LineQuestions, questions_for, unused_units
from gateway.provision.findings import Found
from gateway.provision.identify import identify
from gateway.provision.scan.known import profiles_of
from gateway.provision.scan.plan import ALL_UNITS, BAUDS, FIRST_UNITS, LISTEN_S, REACTION_S, settings_of, settings_text
from gateway.provision.scan.scanner import fingerprints_of
from gateway.provision.scan.traffic import is_master

_UNANSWERED = 4
_STRAY_BYTES = 2
"""So many bytes may come from a driver that was just switched on."""

_FIRST_SHORT, _FIRST_LONG = 3, 6
_FURTHER_SHORT, _FURTHER_LONG = 10, 14
"""A line on which nothing fails at first is asked no further."""

IDENTIFY_S = 0.4
"""How long a device that responds may take: some take longer where they have to look something up."""


class SurveyTerms(NamedTuple):
    """How long to listen first, how long a device may take to respond, in seconds, and whether silent ones are looked for everywhere."""

    listen_s: float = LISTEN_S
    reaction_s: float = REACTION_S
    full: bool = False


class LineSurvey:
    """The survey of one line that speaks Modbus, serial or TCP, while nobody else of ours uses it."""

    def __init__(self, line: LineSettings, devices: Sequence[BoundDevice], library: Sequence[Profile], terms: SurveyTerms) -> None:
        self._line, self._devices, self._terms = line, devices, terms
        self._library, self._access = library, CheckAccess(line, devices[0].profile)
        costs = costs_of(line, devices)
        self._questions = {one.id: questions_for(one, costs[one.id]) for one in devices}

    async def run(self) -> LineEvidence:
        """Survey the line.

        Raises:
            WireError: the line can't be opened, or failed.
        """
        seen = LineEvidence(self._line.id, [], echo=self._line.echo)
        if self._line.tcp is None:
            seen = seen._replace(heard=await self._access.hear(self._terms.listen_s))
            if is_master(seen.heard) and not self._line.shared:
                return seen
        asker = self._access.asker(self._terms.reaction_s)
        try:
            used = {one.unit for one in self._devices}
            if self._line.tcp is None:
                seen = seen._replace(unanswered=[await _probe(asker, unit) for unit in unused_units(used, _UNANSWERED)])
            tail_bytes = max((len(one) for one in seen.tails), default=0)
            devices = [await self._device(asker, one, tail_bytes) for one in self._devices]
        finally:
            asker.close()
        if any(seen.tails) or len(seen.heard) > _STRAY_BYTES:
            return seen._replace(devices=devices)  # on a bad line, whatever responds elsewhere says little
        found = {one.device: await self._elsewhere(device) for device, one in zip(self._devices, devices, strict=True) if _is_silent(one)}
        return seen._replace(
            devices=[one._replace(elsewhere=found[one.device], searched=True) if one.device in found else one for one in devices]
        )

    async def _device(self, asker: Asker, device: BoundDevice, tail_bytes: int) -> DeviceEvidence:
        asked = self._questions[device.id]
        short, long = await self._tallies(asker, asked, _FIRST_SHORT, _FIRST_LONG, tail_bytes)
        if (short + long).failed_share and (short + long).answered:
            more_short, more_long = await self._tallies(asker, asked, _FURTHER_SHORT, _FURTHER_LONG, tail_bytes)
            short, long = short + more_short, long + more_long
        return DeviceEvidence(device.id, device.unit, short, long)

    async def _tallies(self, asker: Asker, asked: LineQuestions, short: int, long: int, tail_bytes: int) -> tuple[Tally, Tally]:
        brief = tally([await asker.ask(asked.short) for _ in range(short)], tail_bytes)
        if asked.long is None or brief.silent == brief.sent:
            return brief, Tally()
        return brief, tally([await asker.ask(asked.long) for _ in range(long)], tail_bytes)

    async def _elsewhere(self, device: BoundDevice) -> Elsewhere | None:
        """Look for a silent device at other settings, and at other addresses."""
        if self._line.serial is not None:
            for settings in self._other_settings(device.profile):
                if await _is_present(self._access.asker(self._terms.reaction_s, settings), device.unit):
                    return Elsewhere(settings_text(settings), parity_only=settings.baud == self._access.settings.baud)
        for unit in self._other_units(device.profile):
            if not await _is_present(self._access.asker(self._terms.reaction_s), unit):
                continue
            client = self._access.client(IDENTIFY_S)
            try:
                found = Found(unit=unit, settings=None, identification=await identify(client, unit, fingerprints_of(self._library)))
            finally:
                client.close()
            if device.profile.profile in profiles_of(found):
                return Elsewhere(unit=unit, product=device.profile.profile)
        return None

    def _other_settings(self, profile: Profile) -> Iterator[SerialSettings]:
        """Yield the settings to look for a device at: other parities, then the factory's and other baud rates, then all."""
        own, parities = self._access.settings, [("N", 1), ("E", 1), ("O", 1), ("N", 2)]
        alike = (own.parity, own.stop_bits), (own.parity, 3 - own.stop_bits)
        yield from (own._replace(parity=parity, stop_bits=stop) for parity, stop in parities if (parity, stop) not in alike)
        factory = settings_of(profile.serial)._replace(direction=own.direction)
        others = [factory, *(own._replace(baud=baud) for baud in BAUDS)]
        if self._terms.full:
            others += [own._replace(baud=baud, parity=parity, stop_bits=stop) for parity, stop in parities for baud in BAUDS]
        yield from dict.fromkeys(one for one in others if one.baud != own.baud)

    def _other_units(self, profile: Profile) -> list[int]:
        used = {one.unit for one in self._devices}
        factory = [profile.modbus.unit] if profile.modbus and profile.modbus.unit else []
        wanted = [*factory, *(ALL_UNITS if self._terms.full else FIRST_UNITS)]
        return [unit for unit in dict.fromkeys(wanted) if unit not in used]


async def _probe(asker: Asker, unit: int) -> Exchange:
    """Ask an address for one register, which any device answers, be it with an exception."""
    return await asker.ask(read_request(unit, 3, 0, 1))


async def _is_present(asker: Asker, unit: int) -> bool:
    """Return whether a device responds at an address, the second time if the first was damaged; not if the port has no such settings."""
    try:
        first = await _probe(asker, unit)
        return first.answered or (bool(first.remainder) and (await _probe(asker, unit)).answered)
    except SettingsError:
        return False
    finally:
        asker.close()


def _is_silent(one: DeviceEvidence) -> bool:
    return one.all.silent == one.all.sent
