"""Power supply and temperature of the machine. Pure."""

from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence

_UNDERVOLTAGE, _SLOWED = 1 << 0, (1 << 1) | (1 << 2) | (1 << 3)
"""Bits of get_throttled: undervoltage; frequency capped, throttled, soft temperature limit. 16 bits higher: since boot
(raspberrypi.com/documentation/computers/os.html#get_throttled)."""

_SINCE_BOOT = 16
_WARM_C, _HOT_C = 70.0, 80.0
"""A Raspberry Pi slows itself down at 80 °C; a closed cabinet in the sun has little reserve at 70 °C."""


class PowerFacts(NamedTuple):
    """What the machine says: the bits of get_throttled, and its temperature; each None if it does not say. `pi`: a Raspberry Pi."""

    pi: bool
    throttled: int | None
    temperature_c: float | None


def undervoltage(facts: PowerFacts) -> CheckResult:
    """Judge the supply voltage."""
    name = "undervoltage"
    if facts.throttled is None:
        return _without_bits(name, facts)
    fix = Sentence(
        "use a supply of 5.1 V and 3 A with a short cable, and no hub without a supply of its own",
        "usa un alimentatore da 5,1 V e 3 A con un cavo corto, e nessun hub senza alimentazione propria",
    )
    if facts.throttled & _UNDERVOLTAGE:
        return failed(name, Sentence("the supply voltage is too low now", "la tensione di alimentazione è troppo bassa adesso"), fix)
    if facts.throttled & _UNDERVOLTAGE << _SINCE_BOOT:
        text = Sentence("the supply voltage was too low since the last boot", "la tensione è stata troppo bassa dopo l'ultimo avvio")
        return warning(name, text, fix)
    return ok(name, "the supply voltage has been good since the last boot", "la tensione è stata buona dall'ultimo avvio")


def throttling(facts: PowerFacts) -> CheckResult:
    """Judge whether the processor was slowed down."""
    name = "throttling"
    if facts.throttled is None:
        return _without_bits(name, facts)
    fix = Sentence(
        "cool it: heat sink, shade, air; check the power supply as well",
        "raffredda la scheda: dissipatore, ombra, aria; controlla anche l'alimentatore",
    )
    if facts.throttled & _SLOWED:
        return failed(name, Sentence("the processor is slowed down now", "il processore è rallentato adesso"), fix)
    if facts.throttled & _SLOWED << _SINCE_BOOT:
        text = Sentence("the processor was slowed down since the last boot", "il processore è stato rallentato dopo l'ultimo avvio")
        return warning(name, text, fix)
    return ok(name, "the processor was not slowed down since the last boot", "il processore non è stato rallentato dall'ultimo avvio")


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


def _without_bits(name: str, facts: PowerFacts) -> CheckResult:
    if not facts.pi:
        return not_applicable(name, "this is no Raspberry Pi", "questo non è un Raspberry Pi")
    fix = Sentence(
        "install the program vcgencmd, and run this as root", "installa il programma vcgencmd, ed esegui questo comando come root"
    )
    return unknown(name, "the firmware does not say how its power is", "il firmware non dice com'è l'alimentazione", fix)
