"""Disk and memory: room, wear, what is written, and the limits of the system's log. Pure."""

from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence

_GB, _MB = 1_000_000_000, 1_000_000
_LITTLE_ROOM, _NO_ROOM = 0.10, 0.02
_MOST_A_DAY = 5 * _GB
"""An industrial card of 8 GB bears some 20 TB; a consumer's card a tenth of that, which is a year at this rate."""

_LEAST_UP_S = 3600.0
"""Booting itself writes much: the rate of the first hour says nothing."""


class RoomFacts(NamedTuple):
    """The file system of the journal: its free and its whole size, and the free share of its inodes (1 if it has none)."""

    folder: str
    free_bytes: int
    size_bytes: int
    free_inodes: float


class WearFacts(NamedTuple):
    """The disk of the journal: its name, its wear, what was written since boot, and how long ago that was; None if it does not say.

    `life` is the greater of an eMMC's life-time estimates: 1 to 11, in tenths of its life.
    """

    disk: str
    life: int | None
    written_bytes: int | None
    up_s: float


class LogFacts(NamedTuple):
    """The system's log: where it is kept (`Storage`), whether its folder on disk exists, and whether its size is limited."""

    storage: str
    on_disk: bool
    limited: bool


class MemoryFacts(NamedTuple):
    """The machine's memory."""

    available_bytes: int
    size_bytes: int


def disk(facts: RoomFacts | None) -> CheckResult:
    """Judge the room for the journal."""
    name = "disk"
    if facts is None:
        return unknown(name, "the disk does not say how much room it has", "il disco non dice quanto spazio ha")
    share = min(facts.free_bytes / max(1, facts.size_bytes), facts.free_inodes)
    text = Sentence(
        f"{_size(facts.free_bytes)} of {_size(facts.size_bytes)} are free at {facts.folder}",
        f"{_size(facts.free_bytes)} liberi su {_size(facts.size_bytes)} in {facts.folder}",
    )
    if facts.free_inodes < _LITTLE_ROOM:
        text = Sentence(f"{text.en}, but there is room for few more files", f"{text.it}, ma c'è posto per pochi altri file")
    fix = Sentence(
        f"see what needs room: du -xh {facts.folder} | sort -h | tail; delete old logs, or lower 'journal: max_size'",
        f"guarda che cosa occupa spazio: du -xh {facts.folder} | sort -h | tail; cancella vecchi log, o riduci 'journal: max_size'",
    )
    if share < _NO_ROOM:
        return failed(name, text, fix)
    return warning(name, text, fix) if share < _LITTLE_ROOM else ok(name, text.en, text.it)


def _size(size: int) -> str:
    return f"{size / _GB:.1f} GB" if size >= _GB else f"{size / _MB:.0f} MB"


def disk_wear(facts: WearFacts | None) -> CheckResult:
    """Judge how much of an eMMC's life is used (JEDEC 5.0, EXT_CSD 268 and 269)."""
    name = "disk-wear"
    if facts is None or facts.life is None:
        return not_applicable(
            name,
            "this disk does not say how worn it is, as most SD cards",
            "questo disco non dice quanto è usurato, come quasi tutte le SD",
        )
    if facts.life == 0:
        return unknown(name, f"{facts.disk} does not define its wear", f"{facts.disk} non definisce la sua usura")
    text = Sentence(
        f"{facts.disk}: up to {10 * facts.life} % of its life is used", f"{facts.disk}: usato fino al {10 * facts.life} % della vita"
    )
    if facts.life > 10:
        text = Sentence(f"{facts.disk} is past the end of its life", f"{facts.disk} ha superato la sua durata")
    fix = Sentence("plan to replace it, and save the gateway before", "prevedi di sostituirlo, e prima salva il gateway")
    if facts.life > 9:
        return failed(name, text, fix)
    return warning(name, text, fix) if facts.life > 7 else ok(name, text.en, text.it)


def disk_writes(facts: WearFacts | None) -> CheckResult:
    """Judge how much is written."""
    name = "disk-writes"
    if facts is None or facts.written_bytes is None:
        return unknown(name, "the disk does not say how much is written", "il disco non dice quanto viene scritto")
    written = facts.written_bytes / _GB
    if facts.up_s < _LEAST_UP_S:
        return unknown(
            name, f"{written:.2f} GB were written since boot, too short ago to tell", f"{written:.2f} GB scritti dall'avvio, troppo recente"
        )
    a_day = facts.written_bytes * 86_400 / facts.up_s
    text = Sentence(
        f"{a_day / _GB:.2f} GB a day are written to {facts.disk}", f"su {facts.disk} vengono scritti {a_day / _GB:.2f} GB al giorno"
    )
    if a_day <= _MOST_A_DAY:
        return ok(name, text.en, text.it)
    fix = Sentence(
        "see who writes: iotop -ao; raise 'uplink: flush', and keep the system's log in memory",
        "guarda chi scrive: iotop -ao; aumenta 'uplink: flush', e tieni il log di sistema in memoria",
    )
    return warning(name, text, fix)


def logs(facts: LogFacts | None) -> CheckResult:
    """Judge whether the system's log can fill or wear the disk (journald.conf(5))."""
    name = "logs"
    if facts is None:
        return not_applicable(name, "this machine has no journald", "questa macchina non ha journald")
    if facts.storage in ("none", "volatile") or (facts.storage == "auto" and not facts.on_disk):
        return ok(name, "the system's log is kept in memory", "il log di sistema è tenuto in memoria")
    if facts.limited:
        return ok(name, "the system's log on disk is limited", "il log di sistema su disco ha un limite")
    text = Sentence("the system's log is kept on disk without a limit of its own", "il log di sistema è su disco senza un limite proprio")
    where = "/etc/systemd/journald.conf.d/street-gateway.conf"
    fix = Sentence(f"write '[Journal]' and 'SystemMaxUse=64M' into {where}", f"scrivi '[Journal]' e 'SystemMaxUse=64M' in {where}")
    return warning(name, text, fix)


def memory(facts: MemoryFacts | None) -> CheckResult:
    """Judge the free memory."""
    name = "memory"
    if facts is None:
        return unknown(name, "the kernel does not say how much memory is free", "il kernel non dice quanta memoria è libera")
    text = Sentence(
        f"{facts.available_bytes / _MB:.0f} MB of {facts.size_bytes / _MB:.0f} MB of memory are free",
        f"{facts.available_bytes / _MB:.0f} MB di memoria liberi su {facts.size_bytes / _MB:.0f} MB",
    )
    fix = Sentence("see what uses it: ps aux --sort -rss | head", "guarda che cosa la usa: ps aux --sort -rss | head")
    share = facts.available_bytes / max(1, facts.size_bytes)
    if share < 0.05:
        return failed(name, text, fix)
    return warning(name, text, fix) if share < 0.15 else ok(name, text.en, text.it)
