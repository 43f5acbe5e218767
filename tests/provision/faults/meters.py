"""A three-phase circuit, a meter wired to it rightly or wrongly, and the registers that the meter then has.

Voltages and currents are phasors; each element of the meter multiplies the voltage at its input with the current of its transformer.
"""

import cmath
import math
from dataclasses import dataclass

from tests.provision.products import LIBRARY, objects, set_points, tables, unit_of
from tests.provision.units import Unit

_KILO = {"kW": 1e-3, "kvar": 1e-3, "kVA": 1e-3}


@dataclass(frozen=True)
class Circuit:
    """The voltages of the phases, and the current and the angle of each load: street lighting lags, or leads if it is dimmed."""

    volts: tuple[float, float, float] = (231.4, 229.8, 232.7)
    amperes: tuple[float, float, float] = (11.83, 9.47, 10.66)
    lag_deg: tuple[float, float, float] = (24.1, 27.9, 22.3)
    frequency_hz: float = 49.98


@dataclass(frozen=True)
class Hookup:
    """How a meter is wired: the phase at each voltage input, the phase and the sign of each transformer; a dead one has the sign 0."""

    inputs: tuple[int, int, int] = (1, 2, 3)
    transformers: tuple[int, int, int] = (1, 2, 3)
    signs: tuple[int, int, int] = (1, 1, 1)


def shown(circuit: Circuit, hookup: Hookup) -> dict[str, float | str]:
    """Return what a meter shows, by canonical field in V, A, W, var and VA, and its `phase_sequence`."""
    volts = [cmath.rect(size, math.radians(-120 * place)) for place, size in enumerate(circuit.volts)]
    amperes = [
        cmath.rect(size, math.radians(-120 * place - lag))
        for place, (size, lag) in enumerate(zip(circuit.amperes, circuit.lag_deg, strict=True))
    ]
    values: dict[str, float | str] = {"frequency": circuit.frequency_hz}
    total = 0j
    for number, (phase, source, sign) in enumerate(zip(hookup.inputs, hookup.transformers, hookup.signs, strict=True), 1):
        volt, ampere = volts[phase - 1], sign * amperes[source - 1]
        power = volt * ampere.conjugate()
        total += power
        values |= {f"voltage_l{number}": abs(volt), f"current_l{number}": abs(ampere)} | _powers(power, f"_l{number}")
    values |= _powers(total, "")
    turn = cmath.phase(volts[hookup.inputs[1] - 1] / volts[hookup.inputs[0] - 1])
    values["phase_sequence"] = "L1-L2-L3" if turn < 0 else "L1-L3-L2"
    return values


def _powers(power: complex, suffix: str) -> dict[str, float | str]:
    factor = power.real / abs(power) if power else 1.0
    return {
        f"active_power{suffix}": power.real,
        f"reactive_power{suffix}": power.imag,
        f"apparent_power{suffix}": abs(power),
        f"power_factor{suffix}": factor,
    }


def meter(number: int, name: str, hookup: Hookup = Hookup(), circuit: Circuit = Circuit(), *, serial_number: int = 4711) -> Unit:
    """Return a meter of a product of the library, wired to a circuit. Registers that it does not have read 0."""
    profile = LIBRARY.get(name)
    points = {point: canonical for one in profile.measurements for canonical, point in one.fields.items()}
    points |= {"phase_sequence": "phase_sequence"}
    values = shown(circuit, hookup)
    named = {
        point: _in_unit(name, point, values[canonical]) for point, canonical in points.items() if canonical in values and _has(name, point)
    }
    table = tables(name, serial_number)
    set_points(name, table, named)
    return Unit(number, table, identification=objects(name), zeros=True)


def _has(name: str, point: str) -> bool:
    return any(one.name == point for one in LIBRARY.get(name).points)


def _in_unit(name: str, point: str, value: float | str) -> float | str:
    return value if isinstance(value, str) else value * _KILO.get(unit_of(name, point), 1.0)


def swap_words(unit: Unit, first: int = 0, last: int = 0xFFFF) -> Unit:
    """Exchange the words of each pair of input registers, as with the register order of the meter's settings."""
    table = unit.tables[4]
    even = [address for address in table if address % 2 == 0 and first <= address <= last]
    for address in even:
        table[address], table[address + 1] = table.get(address + 1, 0), table[address]
    return unit
