"""Judges whether a device is the product of its profile, and whether its long values have their words in the profile's order. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.derive.recognition import identifies
from gateway.model.quality import Quality
from gateway.profile_check.plausibility import is_plausible, other_word_order
from gateway.profile_check.slot_values import SlotValues
from gateway.provision.diagnosis.cause import Cause, CauseKind
from gateway.provision.diagnosis.cause_texts import cause
from gateway.provision.findings import Candidate, Identification, Sentence
from gateway.provision.ranking import shown

_FEWEST = 2
"""One value that is not plausible may be a broken sensor's."""

_MOSTLY = 0.6
_REFUSED_SHARE = 0.3


class ProductTraces(NamedTuple):
    """What a device's registers say about its product, as counts of its values, and the identifying codes of another product."""

    values: int
    refused: int
    implausible: int
    mended: int
    codes: Sequence[Sentence]

    @property
    def suspicious(self) -> bool:
        """Whether the product is worth identifying."""
        return bool(self.codes) or self.refused > 0 or self.implausible >= _FEWEST

    @property
    def swapped(self) -> bool:
        """Whether swapped words explain what is not plausible."""
        return self.implausible >= _FEWEST and self.mended >= _MOSTLY * self.implausible


def traces_of(device: BoundDevice, read: SlotValues, swapped: SlotValues | None) -> ProductTraces:
    """Return the traces in what was read from a device that is bound to every point, and in the same with words swapped, if it was read."""
    refused = sum(code == Quality.BadConfigurationError for code in read.codes)
    implausible = mended = 0
    for number, slot in enumerate(device.slots):
        value, code = read.values[number], read.codes[number]
        if code == Quality.BadConfigurationError or (is_plausible(slot.point, value) and code != Quality.BadOutOfRange):
            continue
        implausible += 1
        other = swapped.values[number] if swapped is not None and other_word_order(device.profile, slot.point) else None
        mended += other is not None and is_plausible(slot.point, other) and swapped is not None and swapped.codes[number] == 0
    return ProductTraces(len(device.slots), refused, implausible, mended, _foreign_codes(device, read))


def judge_product(traces: ProductTraces, device: BoundDevice, identification: Identification | None, where: str) -> list[Cause]:
    """Return whether a device is another product, or swaps the words of long values; `identification` is None if it was not asked for."""
    candidates = identification.candidates if identification is not None else []
    others = [one for one in candidates if one.profile != device.profile.profile]
    is_listed = len(others) < len(candidates)
    reasons = [*traces.codes, *_counts(traces)]
    if traces.codes and others and not is_listed:
        return [cause(CauseKind.WRONG_PROFILE, "certain", where, reasons, _names(others))]
    if traces.swapped:
        return [cause(CauseKind.WORD_ORDER, "likely", where, _mended(traces))]
    if others and not is_listed and traces.suspicious:
        return [cause(CauseKind.WRONG_PROFILE, "likely", where, reasons, _names(others))]
    if traces.codes or traces.refused > _REFUSED_SHARE * traces.values or traces.implausible > _MOSTLY * traces.values:
        return [cause(CauseKind.WRONG_PROFILE, "possible" if is_listed else "likely", where, reasons, "?")]
    return []


def _foreign_codes(device: BoundDevice, read: SlotValues) -> list[Sentence]:
    """Return the identifying codes that are another product's."""
    values = {slot.point.name: read.values[number] for number, slot in enumerate(device.slots)}
    found = []
    for identity in device.profile.identify:
        value = values.get(identity.point or "")
        if value is not None and device.profile.point(identity.point or "").unit is None and not identifies(identity, value):
            found.append(Sentence(f"{identity.point} is {shown(value)}", f"{identity.point} è {shown(value)}"))
    return found


def _counts(traces: ProductTraces) -> list[Sentence]:
    found = []
    if traces.refused:
        found.append(
            Sentence(f"{traces.refused} of {traces.values} values are refused", f"{traces.refused} valori su {traces.values} rifiutati")
        )
    if traces.implausible:
        found.append(
            Sentence(
                f"{traces.implausible} of {traces.values} values are not plausible",
                f"{traces.implausible} valori su {traces.values} non sono plausibili",
            )
        )
    return found


def _mended(traces: ProductTraces) -> list[Sentence]:
    return [
        Sentence(
            f"{traces.mended} of {traces.implausible} values that are not plausible become so with their words swapped",
            f"{traces.mended} valori su {traces.implausible} non plausibili lo diventano scambiando le parole",
        )
    ]


def _names(candidates: Sequence[Candidate]) -> str:
    return ", ".join(f"{one.vendor} {one.model} ({one.profile})" for one in candidates[:2])
