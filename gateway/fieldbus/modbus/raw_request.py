"""Raw Modbus requests as people write them: `read input 0 12`, `write coil 3 on`. Pure."""

import struct
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gateway.fieldbus.modbus import pdu
from gateway.fieldbus.modbus.pdu import Request
from gateway.model.profile import FUNCTION_OF, Profile

_MOST_READ = {1: 2000, 2: 2000, 3: 125, 4: 125}
"""Bits or registers of one read, by function (Modbus Application Protocol V1.1b3, sections 6.1 to 6.4)."""


class RawRequestError(ValueError):
    """A request can't be sent as it is written; the message says why, in English and Italian."""

    def __init__(self, english: str, italian: str) -> None:
        super().__init__(english)
        self.italian = italian


class RawRequest(NamedTuple):
    """A request, whether it writes, and the address of the first value in the response to a read."""

    request: Request
    writes: bool
    first: int | None = None


def raw_request(words: Sequence[str], unit: int, profile: Profile) -> RawRequest:
    """Return the request that words stand for; see `gateway ask --help`.

    Raises:
        RawRequestError: they stand for none.
    """
    verb, *rest = words
    makers: dict[str, Callable[[list[str], int, Profile], RawRequest]] = {
        "read": _read, "write": _write, "mask": _mask, "swap": _swap, "file": _file, "identify": _identify, "vendor": _vendor,
    }  # fmt: skip
    if verb not in makers:
        raise _unknown("unknown request", "richiesta sconosciuta", verb, makers)
    try:
        return makers[verb](rest, unit, profile)
    except RawRequestError:
        raise
    except (ValueError, IndexError, KeyError) as error:
        said = " ".join(words)
        raise RawRequestError(
            f"invalid request '{said}' ({error}); see gateway ask --help",
            f"richiesta '{said}' non valida ({error}); vedi gateway ask --help",
        ) from error


def _read(rest: list[str], unit: int, _profile: Profile) -> RawRequest:
    table, address, *count = rest
    if table not in FUNCTION_OF:
        raise _unknown("unknown table", "tabella sconosciuta", table, FUNCTION_OF)
    first, function = _number(address), FUNCTION_OF[table]
    request = pdu.read_request(unit, function, first, _number(count[0], 1, _MOST_READ[function]) if count else 1)
    return RawRequest(request, writes=False, first=first)


def _write(rest: list[str], unit: int, _profile: Profile) -> RawRequest:
    table, address, *values = rest
    first = _number(address)
    if table == "coil":
        states = [{"on": True, "1": True, "off": False, "0": False}[value] for value in values]
        request = pdu.write_coil(unit, first, on=states[0]) if len(states) == 1 else pdu.write_coils(unit, first, states)
    elif table == "holding":
        numbers = [_number(value) for value in values]
        request = pdu.write_register(unit, first, numbers[0]) if len(numbers) == 1 else pdu.write_registers(unit, first, numbers)
    else:
        raise RawRequestError(f"'{table}' can't be written; write coil or holding", f"'{table}' non è scrivibile; usa coil o holding")
    return RawRequest(request, writes=True)


def _mask(rest: list[str], unit: int, _profile: Profile) -> RawRequest:
    address, and_mask, or_mask = map(_number, rest)
    return RawRequest(pdu.mask_write(unit, address, and_mask, or_mask), writes=True)


def _swap(rest: list[str], unit: int, _profile: Profile) -> RawRequest:
    address, count, write_address, *values = map(_number, rest)
    return RawRequest(pdu.read_write(unit, address, count, write_address, values), writes=True)


def _file(rest: list[str], unit: int, _profile: Profile) -> RawRequest:
    file, record, count, *values = map(_number, rest)
    if not values:
        return RawRequest(pdu.read_file(unit, [(file, record, count)]), writes=False)
    if count != len(values):
        raise RawRequestError(f"{count} registers, but {len(values)} values", f"{count} registri, ma {len(values)} valori")
    return RawRequest(pdu.write_file(unit, [(file, record, struct.pack(f">{count}H", *values))]), writes=True)


def _identify(_rest: list[str], unit: int, _profile: Profile) -> RawRequest:
    return RawRequest(pdu.read_identification(unit), writes=False)


def _vendor(rest: list[str], unit: int, profile: Profile) -> RawRequest:
    known = profile.modbus.vendor if profile.modbus else {}
    name, *data = rest
    if name not in known:
        raise _unknown(f"'{profile.profile}' has no function", f"'{profile.profile}' non ha la funzione", name, known)
    function = known[name]
    size = pdu.counted(1 + function.length_at) if function.length_at is not None else 1 + (function.answer_bytes or 0)
    return RawRequest(pdu.vendor_request(unit, function.code, bytes.fromhex("".join(data)), size), writes=True)


def _number(text: str, low: int = 0, high: int = 0xFFFF) -> int:
    number = int(text, 0)
    if not low <= number <= high:
        raise RawRequestError(f"{text} is outside of {low} to {high}", f"{text} non è tra {low} e {high}")
    return number


def _unknown(english: str, italian: str, wrong: str, known: Iterable[str]) -> RawRequestError:
    """Return the error of an unknown word, with those to write instead."""
    names = ", ".join(sorted(known))
    instead, invece = (f"write one of: {names}", f"scrivi uno di: {names}") if names else ("remove it", "toglila")
    return RawRequestError(f"{english} '{wrong}'; {instead}", f"{italian} '{wrong}'; {invece}")
