"""The plan of a scan: which serial settings and addresses are tried, the commonest first, and how long that takes. Pure.

Sources: the library's factory settings say which are common; Modbus over Serial Line V1.02, section 2.2 (addresses 1 to 247), 2.5.1
(silence between frames).
"""

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from gateway.fieldbus.modbus.planning.read_cost import character_s, silence_s
from gateway.fieldbus.modbus.rtu_client import RtuTiming
from gateway.fieldbus.wire.serial_port import SerialSettings
from gateway.model.profile import Profile, Serial, listens
from gateway.provision.scan.target import ScanTarget

BAUDS = (9600, 19200, 115200, 38400, 57600, 4800, 2400, 1200)
"""The baud rates of a full scan, the commonest first."""

_PARITIES, _STOP_BITS = ("N", "E", "O"), (1, 2)

FIRST_UNITS = tuple(range(1, 33))
"""The addresses of a quick scan, beside the factory settings of the library: as many as an RS-485 driver of one unit load serves."""

ALL_UNITS = tuple(range(1, 248))

REACTION_S = 0.1
"""How long a device may take until it begins to respond."""

_LENT_REACTION_S = 0.2
"""The same on a line that is lent: what comes later meets the poll of another device."""

_TCP_REACTION_S = 1.0
"""How long a Modbus TCP bridge may take: its own time-out for a silent unit is often that long."""

_SERVER_REACTION_S = 0.5
"""A probe and its response take a quarter of a second at 1200 baud, and the baud rate behind a device server is unknown."""

_ADAPTER_S = 0.016
"""USB adapters (FTDI) deliver received bytes up to so much later."""

_NETWORK_S = 0.01
"""Silence before a request to a device server: the network between must not run two frames together."""

_PROBE_BYTES, _EXCEPTION_BYTES = 8, 5

LISTEN_S = 3.0
"""How long a line is listened to at first: masters poll every second or two, and instruments that send by themselves do too."""

LISTEN_AGAIN_S = 0.2
"""How long it is listened to before each further setting: traffic at any speed would have been noticed at first."""


QUERY_S = 0.5
"""How long an instrument that does not speak Modbus may take to answer its query."""


class Leg(NamedTuple):
    """A part of a scan: the addresses tried at one setting (None behind TCP), and before that the profiles whose query is sent."""

    settings: SerialSettings | None
    units: tuple[int, ...]
    queries: tuple[str, ...] = ()


class ScanPlace(NamedTuple):
    """How far a scan has come: the number of whole legs, and of addresses of the next."""

    legs: int = 0
    units: int = 0


def usual_reaction_s(target: ScanTarget, *, lent: bool = False) -> float:
    """Return how long a device may take until it begins to respond, if nobody says otherwise; `lent` is a line that is polled."""
    if target.serial is not None:
        return _LENT_REACTION_S if lent else REACTION_S
    return _SERVER_REACTION_S if target.rtu else _TCP_REACTION_S


def settings_of(serial: Serial) -> SerialSettings:
    """Return the factory settings of a product."""
    return SerialSettings(serial.baud, serial.data_bits, serial.parity, serial.stop_bits)


def settings_text(settings: SerialSettings | None) -> str | None:
    """Return settings as technicians write them, such as `9600 8N1`; None behind TCP."""
    if settings is None:
        return None
    return f"{settings.baud} {settings.data_bits}{settings.parity}{settings.stop_bits}"


def serial_legs(
    profiles: Sequence[Profile],
    *,
    full: bool,
    units: Sequence[int] | None = None,
    own: Sequence[int] = (),
    at: SerialSettings | None = None,
) -> list[Leg]:
    """Return the plan for a serial port.

    A quick scan tries the factory settings of the library. A full one goes on with all other settings, and with all addresses. No
    address is tried twice at a setting.

    Args:
        profiles: the library.
        full: whether to try everything.
        units: the addresses to try; by default, all in a full scan, the first 32 and factory settings in a quick one.
        own: the addresses of the site file, which are common for this line.
        at: the settings of the site file, which come first.
    """
    first, rest = _units(profiles, units, own, full=full)
    factory = list(dict.fromkeys([*([at] if at else []), *_factory_settings(profiles)]))
    asked = _queried(profiles)
    legs = [Leg(one, first, asked.pop(one, ())) for one in factory]
    legs += [Leg(one, (), names) for one, names in sorted(asked.items(), key=lambda pair: _rank(pair[0]))]
    if full:
        others = [one for one in all_settings() if one not in factory]
        legs += [Leg(one, first) for one in others]
        legs += [Leg(one, rest) for one in (*factory, *others)]
    return [leg for leg in legs if leg.units or leg.queries]


def tcp_legs(profiles: Sequence[Profile], *, full: bool, units: Sequence[int] | None = None, own: Sequence[int] = ()) -> list[Leg]:
    """Return the plan for a TCP endpoint: addresses only; arguments as for `serial_legs`."""
    first, rest = _units(profiles, units, own, full=full)
    return [Leg(None, some) for some in ((first, rest) if full else (first,)) if some]


def server_legs(profiles: Sequence[Profile], *, full: bool, units: Sequence[int] | None = None, own: Sequence[int] = ()) -> list[Leg]:
    """Return the plan for a serial device server: addresses and queries, at its own settings; arguments as for `serial_legs`."""
    legs = tcp_legs(profiles, full=full, units=units, own=own)
    queries = tuple(name for names in _queried(profiles).values() for name in names)
    return [legs[0]._replace(queries=queries), *legs[1:]]


def all_settings() -> list[SerialSettings]:
    """Return the settings of a full scan, the commonest first."""
    return [SerialSettings(baud, 8, parity, stop_bits) for parity in _PARITIES for stop_bits in _STOP_BITS for baud in BAUDS]


def listening_settings(profiles: Sequence[Profile], legs: Sequence[Leg]) -> list[SerialSettings | None]:
    """Return the settings at which traffic is looked at to recognise it: those of the scan, and of products that send by themselves."""
    if any(leg.settings is None for leg in legs):
        return [None]
    own = [settings_of(profile.serial) for profile in profiles if listens(profile)]
    return list(dict.fromkeys([*(leg.settings for leg in legs), *own]))


def _units(
    profiles: Sequence[Profile], units: Sequence[int] | None, own: Sequence[int], *, full: bool
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return the addresses to try first, and those after them."""
    factory = {profile.modbus.unit for profile in profiles if profile.modbus and profile.modbus.unit}
    common = sorted({*factory, *FIRST_UNITS, *own})
    if units is None:
        return tuple(common), tuple(unit for unit in ALL_UNITS if unit not in common)
    wanted = sorted(set(units))
    if not full:
        return tuple(wanted), ()
    return tuple(unit for unit in wanted if unit in common), tuple(unit for unit in wanted if unit not in common)


def _factory_settings(profiles: Sequence[Profile]) -> list[SerialSettings]:
    """Return the factory settings of all Modbus products, the commonest first."""
    count = Counter(settings_of(profile.serial) for profile in profiles if profile.modbus)
    return sorted(count, key=lambda one: (-count[one], _rank(one)))


def _queried(profiles: Sequence[Profile]) -> dict[SerialSettings, tuple[str, ...]]:
    """Return the products that are queried in a dialect of their own, by settings."""
    found: dict[SerialSettings, tuple[str, ...]] = {}
    for profile in profiles:
        if profile.modbus is None and not listens(profile):
            key = settings_of(profile.serial)
            found[key] = (*found.get(key, ()), profile.profile)
    return found


def _rank(settings: SerialSettings) -> tuple[int, int, int, int]:
    """Return the place of settings among others: by baud rate, then by parity and stop bits."""
    baud = BAUDS.index(settings.baud) if settings.baud in BAUDS else len(BAUDS)
    return (baud, settings.baud, _PARITIES.index(settings.parity), settings.stop_bits)


def probe_timing(settings: SerialSettings | None, reaction_s: float = REACTION_S) -> RtuTiming:
    """Return the timing of probes: silence and time-out follow from the baud rate, and from how long a device may take.

    The baud rate behind a device server is unknown: what a device may take includes the time of the bytes.
    """
    if settings is None:
        return RtuTiming(reaction_s, 0.0, _NETWORK_S, 0.0)
    one_s = character_s(settings.baud, settings.data_bits, settings.parity, settings.stop_bits)
    return RtuTiming(reaction_s + _ADAPTER_S + _EXCEPTION_BYTES * one_s, 0.0, silence_s(settings.baud, one_s), one_s)


def silent_probe_s(settings: SerialSettings, reaction_s: float = REACTION_S) -> float:
    """Return how long the probe of an address takes where nobody responds, in seconds."""
    timing = probe_timing(settings, reaction_s)
    return timing.silence_s + _PROBE_BYTES * timing.character_s + timing.timeout_s


def leg_s(leg: Leg, reaction_s: float = REACTION_S) -> float:
    """Return how long a leg takes on a line where nobody responds, in seconds: an upper bound but for what is found."""
    if leg.settings is None:
        return len(leg.queries) * QUERY_S + len(leg.units) * reaction_s
    return LISTEN_AGAIN_S + len(leg.queries) * QUERY_S + len(leg.units) * silent_probe_s(leg.settings, reaction_s)


def remaining_s(legs: Sequence[Leg], place: ScanPlace, reaction_s: float = REACTION_S) -> float:
    """Return how long the rest of a scan takes on a line where nobody responds, in seconds."""
    return sum(leg_s(leg, reaction_s) for _, leg, _ in remaining(legs, place))


def remaining(legs: Sequence[Leg], place: ScanPlace) -> Iterator[tuple[int, Leg, int]]:
    """Yield the rest of a plan: the number of each leg, the leg with the addresses that are left, and how many were tried before."""
    for number, leg in enumerate(legs[place.legs :], place.legs):
        done = place.units if number == place.legs else 0
        yield number, leg._replace(units=leg.units[done:], queries=() if done else leg.queries), done


def digest(legs: Sequence[Leg]) -> str:
    """Return a short text that differs for different plans."""
    return hashlib.sha256(repr([tuple(leg) for leg in legs]).encode()).hexdigest()[:16]
