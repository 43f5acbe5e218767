"""Checks a line and its devices: the survey of the line, the values of the devices that respond, and the causes of what is wrong."""

from collections.abc import Callable, Sequence

import msgspec

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.model.profile import Profile
from gateway.model.site.lines import LineSettings
from gateway.provision.diagnosis.access import CheckAccess
from gateway.provision.diagnosis.advice import advise
from gateway.provision.diagnosis.cause import Cause, CauseKind, ranked
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.diagnosis.device_check import CheckedValue, DeviceValues, judge_values, read_device
from gateway.provision.diagnosis.evidence import DeviceEvidence
from gateway.provision.diagnosis.survey import IDENTIFY_S, LineSurvey, SurveyTerms
from gateway.provision.findings import Identification
from gateway.provision.identify import identify
from gateway.provision.scan.scanner import fingerprints_of


class CheckedDevice(msgspec.Struct, kw_only=True):
    """How one device did: the requests sent and answered, and its values, if it has any."""

    device: str
    sent: int
    answered: int
    values: list[CheckedValue] = []


class LineVerdict(msgspec.Struct, kw_only=True):
    """What a check of a line found: the causes of what is wrong, the likeliest first, and its devices."""

    line: str
    causes: list[Cause]
    devices: list[CheckedDevice]

    @property
    def fine(self) -> bool:
        """Whether nothing is wrong. The order of the phases alone is no fault: energy and power are right."""
        return all(one.kind is CauseKind.PHASE_ORDER for one in self.causes)


async def check_line(
    line: LineSettings, devices: Sequence[BoundDevice], library: Sequence[Profile], terms: SurveyTerms, now_ms: Callable[[], int]
) -> LineVerdict:
    """Check a line that nobody else of ours uses, and some of its devices. Nothing is written to a device.

    Raises:
        WireError: the line can't be opened, or failed.
        DriverFault: the driver failed.
    """
    if devices[0].profile.modbus is None:
        return await _check_instrument(line, devices[0], now_ms)
    seen = await LineSurvey(line, devices, library, terms).run()
    causes = advise(seen)
    checked = []
    for device, evidence in zip(devices, seen.devices, strict=False):
        values = await read_device(line, device, now_ms) if evidence.all.answered else None
        if values is not None and not any(one.where in (line.id, device.id) for one in causes):
            causes += judge_values(values, device, await _identified(line, device, values, library))
        checked.append(_checked(evidence, values))
    return LineVerdict(line=line.id, causes=ranked(causes), devices=checked)


async def _check_instrument(line: LineSettings, device: BoundDevice, now_ms: Callable[[], int]) -> LineVerdict:
    """Check an instrument that does not speak Modbus, which has a line of its own."""
    values = await read_device(line, device, now_ms)
    causes = judge_values(values, device, None) if values.answered else _silent_instrument(device.id)
    one = CheckedDevice(device=device.id, sent=1, answered=int(values.answered), values=values.live)
    return LineVerdict(line=line.id, causes=ranked(causes), devices=[one])


def _silent_instrument(device: str) -> list[Cause]:
    return [cause(CauseKind.NO_POWER, "likely", device), cause(CauseKind.WRONG_BAUD, "possible", device, [], "?")]


async def _identified(line: LineSettings, device: BoundDevice, values: DeviceValues, library: Sequence[Profile]) -> Identification | None:
    """Identify a device whose registers do not look like its product's; None for any other."""
    if device.profile.modbus is None or not values.traces.suspicious:
        return None
    client = CheckAccess(line, device.profile).client(IDENTIFY_S)
    try:
        return await identify(client, device.unit, fingerprints_of(library))
    finally:
        client.close()


def _checked(evidence: DeviceEvidence, values: DeviceValues | None) -> CheckedDevice:
    return CheckedDevice(
        device=evidence.device, sent=evidence.all.sent, answered=evidence.all.answered, values=values.live if values is not None else []
    )
