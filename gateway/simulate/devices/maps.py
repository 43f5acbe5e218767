"""The register contents of the simulated products, written from their data sheets, not from the profiles. Pure.

They have the registers by which a product is recognised, too: configuration, identification, counters that the street does not use.
"""

import functools
import zlib
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from gateway.simulate.street.served_log import Served
from gateway.simulate.street.truth import Lamp, Phase, Weather

HOLDING, INPUT = 3, 4


class Cell(NamedTuple):
    """One value in the registers of one table: its words, and what it means (None: no field of an asset).

    A value that is served `alone` is the response to a request for it only; in a longer read, its registers are those of other values.
    """

    table: int
    address: int
    words: tuple[int, ...]
    served: Served | None
    alone: bool = False


def _exact(raw: int, scale: str) -> float:
    """Return the number as the device's display shows it."""
    return float(Decimal(raw) * Decimal(scale))


def em340(asset: str, phases: Sequence[Phase], energy_kwh: float) -> list[Cell]:
    """Carlo Gavazzi EM340: 32-bit values low word first from address 0; power factors and frequency are 16-bit."""
    cells: list[Cell] = []

    def long(address: int, value: float, scale: str, field: str | None, shown: str | None = None) -> None:
        raw = round(Decimal(value) / Decimal(scale))
        words = (raw & 0xFFFF, raw >> 16 & 0xFFFF)
        served = Served(asset, "lighting_meter", field, _exact(raw, shown or scale)) if field else None
        cells.append(Cell(INPUT, address, words, served))

    def short(address: int, value: float, scale: str, field: str | None) -> None:
        raw = round(Decimal(value) / Decimal(scale))
        served = Served(asset, "lighting_meter", field, _exact(raw, scale)) if field else None
        cells.append(Cell(INPUT, address, (raw & 0xFFFF,), served))

    apparents = [phase.voltage * phase.current for phase in phases]
    for number, phase in enumerate(phases):
        long(2 * number, phase.voltage, "0.1", f"voltage_l{number + 1}")
        long(6 + 2 * number, phase.voltage * 1.7320508, "0.1", None)
        long(12 + 2 * number, phase.current, "0.001", f"current_l{number + 1}")
        long(18 + 2 * number, phase.active, "0.1", f"active_power_l{number + 1}")
        long(24 + 2 * number, apparents[number], "0.1", f"apparent_power_l{number + 1}")
        long(30 + 2 * number, phase.reactive, "0.1", f"reactive_power_l{number + 1}")
        short(46 + number, phase.active / apparents[number], "0.001", f"power_factor_l{number + 1}")
    active, reactive = sum(phase.active for phase in phases), sum(phase.reactive for phase in phases)
    mean = sum(phase.voltage for phase in phases) / 3
    long(36, mean, "0.1", None)
    long(38, mean * 1.7320508, "0.1", None)
    long(40, active, "0.1", "active_power")
    long(42, sum(apparents), "0.1", "apparent_power")
    long(44, reactive, "0.1", "reactive_power")
    short(49, active / sum(apparents), "0.001", "power_factor")
    short(50, 0, "1", None)
    short(51, 50 + (phases[0].voltage - 231) / 100, "0.1", "frequency")
    long(52, energy_kwh, "0.1", "active_energy", shown="100")  # tenths of a kWh, served as Wh
    for number in range(3):
        long(64 + 2 * number, energy_kwh / 3, "0.1", None)
    long(78, 0, "0.1", None)
    return cells + _identity(asset)


_FIRMWARE = 261
_DEVICE_ID = 340
_THREE_PHASES, _SIGNED_POWER = 0, 1


def _identity(asset: str) -> list[Cell]:
    """EM340: identification code at 11 if read alone, firmware at 770, settings at 4098 and 4355, serial number at 20480."""
    serial = f"KY{zlib.crc32(asset.encode()):010}"
    data = serial.encode().ljust(14, b"\0")
    words = tuple(int.from_bytes(data[at : at + 2], "big") for at in range(0, 14, 2))
    return [
        Cell(INPUT, 11, (_DEVICE_ID,), None, alone=True),
        Cell(HOLDING, 770, (_FIRMWARE,), Served(asset, "device", "firmware_version", str(_FIRMWARE))),
        Cell(HOLDING, 4098, (_THREE_PHASES,), None),
        Cell(HOLDING, 4355, (_SIGNED_POWER,), None),
        Cell(HOLDING, 20480, words, Served(asset, "device", "serial_number", serial)),
    ]


_LAMPS_MOST = 64
_FADE_RATE = 7


def dali(lamps: Sequence[tuple[str, Lamp]]) -> list[Cell]:
    """HMS Intesis DALI server: a bit for each failed lamp from 0, and a block of 100 registers a lamp: status at 5, percent at 6."""
    failed = sum(1 << number for number, (_, lamp) in enumerate(lamps[:_LAMPS_MOST]) if lamp.failed)
    cells = [Cell(HOLDING, 0, (*(failed >> shift & 0xFFFF for shift in (0, 16, 32, 48)), 0), None)]
    for number, (asset, lamp) in enumerate(lamps):
        base = 100 * number
        status = 0b0000_0010 * lamp.failed | 0b0000_0100 * (lamp.level > 0)
        bits = [
            Served(asset, "lamp", "lamp_failure", lamp.failed),
            Served(asset, "lamp", "power_state", "on" if lamp.level else "off"),
        ]
        cells += [Cell(HOLDING, base + 5, (status,), bit) for bit in bits]
        cells.append(Cell(HOLDING, base + 6, (lamp.level,), Served(asset, "lamp", "dim_level", lamp.level)))
        cells.append(Cell(HOLDING, base + 15, (lamp.level,), None))
        cells += _lamp_settings(base)
    return [*cells, *_dali_groups()]


@functools.cache
def _lamp_settings(base: int) -> tuple[Cell, ...]:
    """DALI server: what a lamp's LED driver says of itself; it has no battery for emergencies."""
    levels = (
        6,
        1,
        1,
        100,
        100,
        100,
        0,
        _FADE_RATE,
    )  # kind, physical minimum, minimum, maximum, after power-on, on failure, fade time and rate
    blocks = {7: levels, 31: (0,), 42: (0,) * 4, 53: (0,), 59: (0,), 80: (0, 0, 1), 87: (0,)}
    return tuple(Cell(HOLDING, base + at, words, None) for at, words in blocks.items())


@functools.cache
def _dali_groups() -> tuple[Cell, ...]:
    """DALI server: the sixteen groups from 6400, and all lamps from 6800; the commands at 3 and 4 of a block can't be read."""
    blocks = [6400 + 20 * group for group in range(16)] + [6800]
    settings = (0, 0, 0, 0, _FADE_RATE, 1, 100, 100, 100)  # three commands for scenes, fade time and rate, levels
    return tuple(cell for at in blocks for cell in (Cell(HOLDING, at, (0,) * 3, None), Cell(HOLDING, at + 5, settings, None)))


_BAUD_9600 = 0


def xy_md02(asset: str, weather: Weather, unit: int) -> list[Cell]:
    """XY-MD02: tenths of a degree at 1, tenths of a percent at 2; its address, baud rate and corrections from 257."""
    temperature, humidity = round(weather.temperature * 10), round(weather.humidity * 10)
    return [
        Cell(INPUT, 1, (temperature & 0xFFFF,), Served(asset, "weather", "air_temperature", _exact(temperature, "0.1"))),
        Cell(INPUT, 2, (humidity,), Served(asset, "weather", "relative_humidity", _exact(humidity, "0.1"))),
        Cell(HOLDING, 257, (unit, _BAUD_9600, 0, 0), None),
    ]
