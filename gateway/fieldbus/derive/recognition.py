"""Whether a device is the product of its profile: its identifying codes match, and its values are possible at all. Pure."""

import textwrap
from collections.abc import Sequence
from typing import NamedTuple

from gateway.fieldbus.binding.binder import EVENT_FIELDS, IDENTITY_TAGS
from gateway.fieldbus.binding.bound_device import BoundDevice, BoundStream
from gateway.fieldbus.derive.alarms import ActiveAlarms
from gateway.model.batch import Value
from gateway.model.profile import Identity, Profile
from gateway.model.quality import Quality
from gateway.model.reading import Reading
from gateway.model.stream import Stream, value_in_unit

WRONG_DEVICE = "wrong_device"
"""The alarm of a device that does not look like the product of its profile."""

IMPOSSIBLE_VALUES, WRONG_CODES = 3, 2
"""So many polls in a row with impossible values, or with codes of another product, are an alarm: one may be of a device that starts."""


def matches(wanted: Sequence[int | str], value: Value) -> bool:
    """Return whether a value is one of those wanted; texts match regardless of case and surrounding blanks."""
    if isinstance(value, str):
        return value.strip().lower() in {str(one).strip().lower() for one in wanted}
    return value is not None and value in wanted


def identifies(identity: Identity, value: Value) -> bool:
    """Return whether a value read from a device identifies it as the product."""
    if value is None or matches(identity.but_not, value):
        return False
    if identity.one_of and not matches(identity.one_of, value):
        return False
    if identity.contains is not None and identity.contains.lower() not in str(value).lower():
        return False
    if identity.between:
        low, high = identity.between
        return isinstance(value, int | float) and not isinstance(value, bool) and low <= value <= high
    return True


class Doubt(NamedTuple):
    """What speaks against a device being the product of its profile, in English and Italian."""

    en: str
    it: str


def code_doubt(point: str, value: Value) -> Doubt:
    """Return the doubt that an identifying code causes that another product has."""
    shown = f"{value:.6g}" if isinstance(value, float) else str(value)[:20]
    return Doubt(f"{point} is {shown}", f"{point} è {shown}")


def sentence(doubt: Doubt, profile: Profile) -> Doubt:
    """Return a doubt as a whole sentence that says what to do."""
    product = textwrap.shorten(f"{profile.vendor} {profile.model}", 60, placeholder=" …")
    return Doubt(
        f"does not look like a {product}: {doubt.en:.80}; 'gateway profiles try' tests other profiles",
        f"non sembra un {product}: {doubt.it:.80}; 'gateway profiles try' prova altri profili",
    )


class _Evidence:
    """What speaks against the product in the polls of one kind of value: how many in a row, and why."""

    def __init__(self, alarm_after: int) -> None:
        self._alarm_after = alarm_after
        self.in_a_row = 0
        self.doubt = Doubt("", "")

    @property
    def enough(self) -> bool:
        """Whether there is enough for an alarm."""
        return self.in_a_row >= self._alarm_after

    def record(self, doubt: Doubt | None) -> None:
        self.in_a_row = 0 if doubt is None else self.in_a_row + 1
        self.doubt = doubt or self.doubt


class Recognition:
    """Recognises the product of one device in its polls.

    The alarm `wrong_device` is an event of the stream of the identifying codes, or of other alarms. A product with neither has a `stream`
    for it alone.
    """

    def __init__(self, device: BoundDevice, active: ActiveAlarms) -> None:
        self._device, self._active = device, active
        self._limited = [_limited(device, bound) for bound in device.streams]
        self._codes_in = next((number for number, bound in enumerate(device.streams) if bound.rules and bound.rules.identities), None)
        self._values, self._codes = _Evidence(IMPOSSIBLE_VALUES), _Evidence(WRONG_CODES)
        self._events_in = self._codes_in if self._codes_in is not None else _alarm_stream(device)
        self.stream = None if self._events_in is not None else _event_stream(device)
        self._alarm = f"{_asset(device)}/{WRONG_DEVICE}"
        self._calm = self._alarm not in active.alarms

    @property
    def doubt(self) -> Doubt | None:
        """What speaks against the product; None if nothing does."""
        return next((sentence(one.doubt, self._device.profile) for one in (self._codes, self._values) if one.in_a_row), None)

    def process(self, readings: Sequence[Reading], own_stream: int) -> Sequence[Reading]:
        """Return the events that the readings of one poll cause; `own_stream` is the number of `stream`."""
        if self._calm:
            for reading in readings:
                if reading.quality or reading.stream == self._codes_in:
                    break
            else:  # good, and without codes, as nearly all: a loop, since this is done for every poll
                return ()
        fine = self._judge(readings)
        known = self._alarm in self._active.alarms
        doubtful = self._codes.in_a_row > 0 or self._values.in_a_row > 0
        active = self._codes.enough or self._values.enough or (known and (doubtful or not fine))
        self._calm = not (active or doubtful)
        if not self._active.set(self._alarm, active=active):
            return ()
        doubt = self.doubt or sentence(self._values.doubt, self._device.profile)
        number = own_stream if self._events_in is None else self._events_in
        return (Reading(number, max(reading.t_ms for reading in readings), [WRONG_DEVICE, active, *doubt], {}),)

    def _judge(self, readings: Sequence[Reading]) -> bool:
        """Record what the readings of one poll say; return whether anything speaks for the product."""
        fine, impossible, possible = False, None, False
        for reading in readings:
            if reading.stream == self._codes_in:
                fine = self._judge_codes(reading) or fine
            for place, name in self._limited[reading.stream]:
                possible = possible or reading.values[place] is not None
                if reading.quality.get(place) == Quality.BadOutOfRange:
                    impossible = impossible or name
        if impossible is not None:
            self._values.record(Doubt(f"the value of {impossible} is impossible", f"il valore di {impossible} è impossibile"))
        elif possible:
            self._values.record(None)
        return fine or possible

    def _judge_codes(self, reading: Reading) -> bool:
        """Record whether the identifying codes match; return whether there were any to judge."""
        bound, doubt, judged = self._device.streams[reading.stream], None, False
        for identity, place in bound.rules.identities if bound.rules else ():
            if reading.values[place] is None:
                continue  # not read: that says nothing
            value = value_in_unit(reading.values[place], self._device.slots[bound.first + place].field.converter())
            judged = True
            if not identifies(identity, value):
                doubt = doubt or code_doubt(identity.point or "", value)
        if judged:
            self._codes.record(doubt)
        return judged


def _asset(device: BoundDevice) -> str:
    return device.streams[0].stream.asset if device.streams else device.id


def _alarm_stream(device: BoundDevice) -> int | None:
    streams = ((number, bound.stream) for number, bound in enumerate(device.streams))
    return next((number for number, one in streams if one.measurement == "event" and one.asset == _asset(device)), None)


def _event_stream(device: BoundDevice) -> Stream:
    return Stream(_asset(device), device.id, device.profile.profile, "event", EVENT_FIELDS, device.profile.every, IDENTITY_TAGS)


def _limited(device: BoundDevice, bound: BoundStream) -> list[tuple[int, str]]:
    """Return the places and points of a stream's slots that have physical limits rather than those of the profile or the site."""
    found = []
    for place, slot in enumerate(device.slots[bound.first : bound.last]):
        own = device.points.get(slot.point.name)
        if own is not None and own.min is None and own.max is None and slot.point.min is not None:
            found.append((place, own.name))
    return found
