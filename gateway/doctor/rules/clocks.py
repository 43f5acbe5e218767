"""Clock, where its time comes from, battery-backed clock, time zone. Pure."""

from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, warning
from gateway.host.checks.finding import Sentence
from gateway.model.instants import iso_utc

_SANE_MS = 1_735_689_600_000
"""The year 2025."""

_MOST_APART_MS = 5_000


class ClockFacts(NamedTuple):
    """The clocks: whether the kernel's is synchronised, the times of day and of the battery-backed clock, and running time services."""

    synchronised: bool
    day_ms: int
    rtc_ms: int | None
    services: tuple[str, ...]


class ZoneFacts(NamedTuple):
    """The machine's time zone, or None if its file is missing; that of the site, and whether this machine knows it."""

    machine: str | None
    site: str | None
    site_known: bool


def clock(facts: ClockFacts) -> CheckResult:
    """Judge the time of day."""
    name, day = "clock", iso_utc(facts.day_ms, "seconds")
    if facts.synchronised and facts.day_ms >= _SANE_MS:
        return ok(name, f"the clock is synchronised: {day}", f"l'orologio è sincronizzato: {day}")
    fix = Sentence(
        "let the machine reach a time server ('timedatectl' says which); until then the gateway uses the centre's time",
        "permetti alla macchina di raggiungere un server dell'ora ('timedatectl' dice quale); intanto il gateway usa l'ora del centro",
    )
    if facts.day_ms < _SANE_MS:
        return failed(name, Sentence(f"the clock is wrong: {day}", f"l'orologio è sbagliato: {day}"), fix)
    return warning(name, Sentence(f"the clock is not synchronised: {day}", f"l'orologio non è sincronizzato: {day}"), fix)


def clock_source(facts: ClockFacts) -> CheckResult:
    """Judge whether something sets the clock."""
    name, services = "clock-source", ", ".join(facts.services)
    if facts.services:
        return ok(name, f"the clock is set by {services}", f"l'orologio è regolato da {services}")
    text = Sentence("no program sets the clock from a time server", "nessun programma regola l'orologio da un server dell'ora")
    return warning(name, text, Sentence("apt install chrony", "apt install chrony"))


def rtc(facts: ClockFacts) -> CheckResult:
    """Judge the battery-backed clock."""
    name, found_ms = "rtc", facts.rtc_ms
    if found_ms is None:
        text = Sentence(
            "no battery-backed clock: after a power cut without network, times are a guess",
            "nessun orologio a batteria: dopo un'interruzione di corrente senza rete, gli orari sono una stima",
        )
        return warning(name, text, Sentence("add a clock module, such as a DS3231", "aggiungi un modulo orologio, come un DS3231"))
    shown = iso_utc(found_ms, "seconds")
    if found_ms < _SANE_MS:
        text = Sentence(f"the battery-backed clock says {shown}", f"l'orologio a batteria dice {shown}")
        return failed(name, text, Sentence("change its battery, then: hwclock --systohc", "cambia la batteria, poi: hwclock --systohc"))
    if abs(found_ms - facts.day_ms) > _MOST_APART_MS:
        text = Sentence(
            f"the battery-backed clock differs from the time of day: {shown}", f"l'orologio a batteria è diverso dall'ora: {shown}"
        )
        return warning(
            name, text, Sentence("when the clock is synchronised: hwclock --systohc", "quando l'ora è sincronizzata: hwclock --systohc")
        )
    return ok(name, "the battery-backed clock agrees with the time of day", "l'orologio a batteria concorda con l'ora")


def time_zone(facts: ZoneFacts) -> CheckResult:
    """Judge the time zones of the machine and of the site."""
    name = "time-zone"
    fix = Sentence(
        "apt install tzdata, then: timedatectl set-timezone Europe/Rome", "apt install tzdata, poi: timedatectl set-timezone Europe/Rome"
    )
    if facts.site is not None and not facts.site_known:
        text = Sentence(
            f"this machine does not know the site's time zone {facts.site}", f"la macchina non conosce il fuso orario {facts.site}"
        )
        return failed(name, text, fix)
    if facts.machine is None:
        return warning(name, Sentence("the machine's time zone is missing", "manca il fuso orario della macchina"), fix)
    if facts.site is None:
        return not_applicable(name, f"the machine's time zone is {facts.machine}", f"il fuso orario della macchina è {facts.machine}")
    text = Sentence(f"time zones: machine {facts.machine}, site {facts.site}", f"fusi orari: macchina {facts.machine}, sito {facts.site}")
    return ok(name, text.en, text.it)
