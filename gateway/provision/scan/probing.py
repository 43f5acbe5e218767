"""Asks addresses whether a device is there: one read of one register, which any Modbus device answers, be it with an exception."""

from enum import Enum

from gateway.fieldbus.line.counters import DeviceCounters
from gateway.fieldbus.modbus.client_port import NoResponse
from gateway.fieldbus.modbus.pdu import read_request
from gateway.provision.identify import Asking

_READ_HOLDING_REGISTERS = 3
_NOT_THERE = (10, 11)
"""A bridge says so of a unit that does not respond (Modbus Application Protocol V1.1b3, section 7)."""


class Presence(Enum):
    """Whether a device is at an address."""

    PRESENT = "present"
    SILENT = "silent"
    GARBLED = "garbled"
    FOREIGN = "foreign"


async def probe(client: Asking, unit: int) -> Presence:
    """Ask an address once, and a second time if noise arrived instead of a response.

    Returns:
        PRESENT for a response, be it an exception; GARBLED for noise twice; FOREIGN if frames of others were received instead: another
        master's, or the late response of the unit asked before.

    Raises:
        WireError: the line failed.
    """
    counters = DeviceCounters()
    for _ in range(2):
        try:
            response = await client.execute(read_request(unit, _READ_HOLDING_REGISTERS, 0, 1), counters)
        except NoResponse as error:
            if counters.foreign:
                return Presence.FOREIGN
            if not error.garbled:
                return Presence.SILENT
        else:
            return Presence.SILENT if response.exception in _NOT_THERE else Presence.PRESENT
    return Presence.GARBLED


async def ignores_unit(client: Asking) -> bool:
    """Return whether a TCP device responds to any unit: to three addresses that hardly anybody uses.

    Raises:
        WireError: the connection failed.
    """
    for unit in (241, 244, 246):
        if await probe(client, unit) is not Presence.PRESENT:
            return False
    return True
