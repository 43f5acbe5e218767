"""Power supply and temperature of the machine. Pure."""

from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence

_SINCE_BOOT = 16
"""Bits of get_throttled: 0 undervoltage; 1 to 3 frequency capped, throttled, soft temperature limit; so much higher, the same since boot
(raspberrypi.com/documentation/computers/os.html#get_throttled)."""

_WARM_C, _HOT_C = 70.0, 80.0
"""A Raspberry Pi slows itself down at 80 °C; a closed cabinet in the sun has little reserve at 70 °C."""


class PowerFacts(NamedTuple):
    """What the machine says: the bits of get_throttled, and its temperature; each None if it does not say. `pi`: a Raspberry Pi."""

    pi: bool
    throttled: int | None
    temperature_c: float | None


class _Bits(NamedTuple):
    """A check of bits of get_throttled, and what it says: about now, since boot, if all was well, and what to do."""

    name: str
    bits: int
    now: Sentence
    since_boot: Sentence
    well: Sentence
    fix: Sentence


_SUPPLY = _Bits(
    "undervoltage",
    1 << 0,
    Sentence("the supply voltage is too low now", "la tensione di alimentazione è troppo bassa adesso"),
    Sentence("the supply voltage was too low since the last boot", "la tensione è stata troppo bassa dopo l'ultimo avvio"),
    Sentence("the supply voltage has been good since the last boot", "la tensione è stata buona dall'ultimo avvio"),
    Sentence(
        "use a supply of 5.1 V and 3 A with a short cable, and no hub without a supply of its own",
        "usa un alimentatore da 5,1 V e 3 A con un cavo corto, e nessun hub senza alimentazione propria",
    ),
)

_SPEED = _Bits(
    "throttling",
    (1 << 1) | (1 << 2) | (1 << 3),
    Sentence("the processor is slowed down now", "il processore è rallentato adesso"),
    Sentence("the processor was slowed down since the last boot", "il processore è stato rallentato dopo l'ultimo avvio"),
    Sentence("the processor was not slowed down since the last boot", "il processore non è stato rallentato dall'ultimo avvio"),
    Sentence(
        "cool it: heat sink, shade, air; check the power supply as well",
        "raffredda la scheda: dissipatore, ombra, aria; controlla anche l'alimentatore",
    ),
)


def undervoltage(facts: PowerFacts) -> CheckResult:
    """Judge the supply voltage."""
    return _judged(_SUPPLY, facts)


def throttling(facts: PowerFacts) -> CheckResult:
    """Judge whether the processor was slowed down."""
    return _judged(_SPEED, facts)


def temperature(facts: PowerFacts) -> CheckResult:
    """Judge the processor's temperature."""
    name, found_c = "temperature", facts.temperature_c
    if found_c is None:
        return not_applicable(name, "this machine has no temperature sensor", "questa macchina non ha un sensore di temperatura")
    text = Sentence(f"the processor has {found_c:.0f} °C", f"il processore è a {found_c:.0f} °C")
    fix = Sentence("cool it: heat sink, shade, air", "raffredda la scheda: dissipatore, ombra, aria")
    if found_c >= _HOT_C:
        return failed(name, text, fix)
    return warning(name, text, fix) if found_c >= _WARM_C else ok(name, text.en, text.it)


def _judged(check: _Bits, facts: PowerFacts) -> CheckResult:
    if facts.throttled is None:
        return _without_bits(check.name, facts)
    if facts.throttled & check.bits:
        return failed(check.name, check.now, check.fix)
    if facts.throttled & check.bits << _SINCE_BOOT:
        return warning(check.name, check.since_boot, check.fix)
    return ok(check.name, check.well.en, check.well.it)


def _without_bits(name: str, facts: PowerFacts) -> CheckResult:
    if not facts.pi:
        return not_applicable(name, "this is no Raspberry Pi", "questo non è un Raspberry Pi")
    fix = Sentence(
        "install the program vcgencmd, and run this as root", "installa il programma vcgencmd, ed esegui questo comando come root"
    )
    return unknown(name, "the firmware does not say how its power is", "il firmware non dice com'è l'alimentazione", fix)
