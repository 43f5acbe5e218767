"""A new Modbus address for a device whose profile says how: what would be written, and what to make of what it then answers. Pure."""

from collections.abc import Collection
from enum import StrEnum
from typing import NamedTuple

from gateway.fieldbus.binding.binder import own_slot
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.modbus.pdu import Request, read_request
from gateway.fieldbus.modbus.planning.read_plan import span
from gateway.fieldbus.modbus.rtu_frames import rtu_frame
from gateway.fieldbus.modbus.write_request import write_request
from gateway.model.profile import Point
from gateway.provision.findings import Sentence

_FIRST_UNIT, _LAST_UNIT = 1, 247


class ReaddressError(Exception):
    """A device whose address can't be changed so; the sentence says why, and what to do."""

    def __init__(self, en: str, it: str) -> None:
        super().__init__(en)
        self.sentence = Sentence(en, it)


class ReaddressPlan(NamedTuple):
    """A change of address: the point that is written, and the requests that write it and read it."""

    device: BoundDevice
    old: int
    new: int
    point: Point
    write: Request

    def read(self, unit: int) -> Request:
        """Return the request that reads the address back at an address."""
        place = span(0, own_slot(self.point, 0))
        return read_request(unit, place.function, place.address, place.width)

    @property
    def preview(self) -> Sentence:
        """Exactly what would be written."""
        function, frame = self.write.function, rtu_frame(self.write).hex(" ").upper()
        where = f"{self.point.name} (holding {self.point.holding})"
        return Sentence(
            f"{self.device.id}: writes {self.new} to {where} of unit {self.old} with function {function}; on RTU: {frame}",
            f"{self.device.id}: scrive {self.new} in {where} dell'unità {self.old} con la funzione {function}; su RTU: {frame}",
        )


class ReaddressResult(StrEnum):
    """How a change of address ended."""

    DONE = "done"
    AFTER_RESTART = "after restart"
    """The device has stored the new address, and uses it when its power comes back."""
    REFUSED = "refused"
    UNCHANGED = "unchanged"
    LOST = "lost"
    """It responds at neither address."""


RESULTS = {
    ReaddressResult.DONE: Sentence("it responds at {new}", "risponde all'indirizzo {new}"),
    ReaddressResult.AFTER_RESTART: Sentence(
        "it has stored {new}, but still responds at {old}: switch its power off and on, then check it",
        "ha memorizzato {new}, ma risponde ancora all'indirizzo {old}: togli e ridai l'alimentazione, poi controllalo",
    ),
    ReaddressResult.REFUSED: Sentence(
        "it refused the new address, and stays at {old}: check that it is the product of its profile",
        "ha rifiutato il nuovo indirizzo e resta a {old}: controlla che sia il prodotto del profilo",
    ),
    ReaddressResult.UNCHANGED: Sentence(
        "it stays at {old} and has not stored {new}: some products must be unlocked at the device first",
        "resta a {old} e non ha memorizzato {new}: alcuni prodotti vanno prima sbloccati sul dispositivo",
    ),
    ReaddressResult.LOST: Sentence(
        "it responds neither at {new} nor at {old}: switch its power off and on, then look for it with 'gateway scan'",
        "non risponde né a {new} né a {old}: togli e ridai l'alimentazione, poi cercalo con 'gateway scan'",
    ),
}


def sentence_of(result: ReaddressResult, plan: ReaddressPlan) -> Sentence:
    """Return how a change of address ended, as a sentence."""
    text = RESULTS[result]
    en, it = (one.format(old=plan.old, new=plan.new) for one in (text.en, text.it))
    return Sentence(f"{plan.device.id}: {en}", f"{plan.device.id}: {it}")


def plan_readdress(device: BoundDevice, new: int, taken: Collection[int]) -> ReaddressPlan:
    """Return what would change the address of a device; `taken` are the addresses of the line's other devices.

    Raises:
        ReaddressError: its profile does not say how, or the new address is not possible.
    """
    modbus = device.profile.modbus
    if modbus is None or modbus.readdress is None:
        raise ReaddressError(
            f"profile '{device.profile.profile}' does not say how the address is changed over Modbus: change it at the device",
            f"il profilo '{device.profile.profile}' non dice come cambiare l'indirizzo via Modbus: cambialo sul dispositivo",
        )
    if new == device.unit:
        raise ReaddressError(f"{device.id} has the address {new} already", f"{device.id} ha già l'indirizzo {new}")
    if not _FIRST_UNIT <= new <= _LAST_UNIT:
        raise ReaddressError(f"{new} is no Modbus address: use 1 to 247", f"{new} non è un indirizzo Modbus: usa da 1 a 247")
    if new in taken:
        raise ReaddressError(
            f"another device of the line has the address {new}: choose a free one",
            f"un altro dispositivo della linea ha l'indirizzo {new}: scegline uno libero",
        )
    point = device.profile.point(modbus.readdress.point)
    try:
        request = write_request(device.profile, point, new, device.unit)
    except ValueError as error:
        raise ReaddressError(str(error), f"il dispositivo non accetta l'indirizzo {new} ({error})") from error
    return ReaddressPlan(device, device.unit, new, point, request)


def result_of(at_new: bytes | None, at_old: bytes | None, plan: ReaddressPlan, *, refused: bool) -> ReaddressResult:
    """Return how a change ended, from what the device answers at either address; None if it does not."""
    if at_new is not None:
        return ReaddressResult.DONE
    if refused:
        return ReaddressResult.REFUSED
    if at_old is None:
        return ReaddressResult.LOST
    stored = int.from_bytes(at_old, "big") == plan.new
    return ReaddressResult.AFTER_RESTART if stored else ReaddressResult.UNCHANGED
