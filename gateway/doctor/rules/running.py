"""The running gateway, as it reports itself. Pure."""

from typing import NamedTuple

import msgspec

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence


class HealthReport(msgspec.Struct, frozen=True):
    """What `/health` of a gateway says; what an older one does not say counts as good."""

    connected: bool = True
    cloned_by: str | None = None
    flushing: bool = True
    durable: bool = True
    slowest_write_s: float | None = None
    """Of the slow writes of the last hour."""
    broken_lines: list[str] = []
    stalled_lines: list[str] = []


class DeviceStateReport(msgspec.Struct, frozen=True):
    """A device in `/lines`."""

    id: str
    state: str


class LineStateReport(msgspec.Struct, frozen=True):
    """A line in `/lines`."""

    id: str
    devices: list[DeviceStateReport] = []


class GatewayAnswers(NamedTuple):
    """The answers of a gateway, or why there are none. `is_edge`: the site file describes a gateway."""

    is_edge: bool
    health: HealthReport | None = None
    lines: tuple[LineStateReport, ...] = ()
    why: str = ""


def running(facts: GatewayAnswers) -> CheckResult:
    """Judge whether the gateway runs, and writes what it reads."""
    name = "gateway"
    if not facts.is_edge:
        return not_applicable(name, "the site file describes no gateway", "il file del sito non descrive un gateway")
    fix = Sentence(
        "systemctl restart street-gateway; journalctl -u street-gateway -n 50",
        "systemctl restart street-gateway; journalctl -u street-gateway -n 50",
    )
    if facts.health is None:
        return failed(name, Sentence(f"no gateway answers: {facts.why}", f"nessun gateway risponde: {facts.why}"), fix)
    if not facts.health.flushing:
        text = Sentence(
            "the gateway runs, but its journal does not accept readings", "il gateway è in funzione, ma il journal non accetta letture"
        )
        return failed(name, text, fix)
    return ok(name, "the gateway runs", "il gateway è in funzione")


def durable(facts: GatewayAnswers) -> CheckResult:
    """Judge whether readings survive a power cut."""
    name = "durable"
    if facts.health is None:
        return _unheard(name, facts)
    if facts.health.durable:
        return ok(name, "readings are on disk", "le letture sono su disco")
    text = Sentence(
        "the disk was full at the start: readings are in memory, and a power cut loses those that were not sent",
        "all'avvio il disco era pieno: le letture sono in memoria, e senza corrente si perdono quelle non inviate",
    )
    return failed(
        name,
        text,
        Sentence(
            "make room on the disk; the gateway then writes them by itself", "libera spazio sul disco; poi il gateway le scrive da solo"
        ),
    )


def slow_writes(facts: GatewayAnswers) -> CheckResult:
    """Judge whether the disk takes what is written in time."""
    name = "slow-writes"
    if facts.health is None:
        return _unheard(name, facts)
    slowest_s = facts.health.slowest_write_s
    if slowest_s is None:
        return ok(
            name, "no write took more than a second in the last hour", "nell'ultima ora nessuna scrittura ha richiesto più di un secondo"
        )
    text = Sentence(
        f"the disk is slow: in the last hour, a write took {slowest_s:.1f} s",
        f"il disco è lento: nell'ultima ora una scrittura ha richiesto {slowest_s:.1f} s",
    )
    fix = Sentence(
        "see whether others write: iotop -ao; if not, replace the card, and save the gateway before: gateway backup",
        "guarda se scrivono altri: iotop -ao; altrimenti sostituisci la scheda, e prima salva il gateway: gateway backup",
    )
    return warning(name, text, fix)


def uplink(facts: GatewayAnswers) -> CheckResult:
    """Judge whether the gateway is connected."""
    name = "uplink"
    if facts.health is None:
        return _unheard(name, facts)
    if facts.health.connected:
        return ok(name, "the gateway is connected to the broker", "il gateway è collegato al broker")
    text = Sentence("the gateway is not connected to the broker", "il gateway non è collegato al broker")
    return failed(
        name,
        text,
        Sentence("journalctl -u street-gateway | grep -i broker says why", "journalctl -u street-gateway | grep -i broker dice perché"),
    )


def clone(facts: GatewayAnswers) -> CheckResult:
    """Judge whether another machine runs under this gateway's name."""
    name = "clone"
    if facts.health is None:
        return _unheard(name, facts)
    if facts.health.cloned_by is None:
        return ok(name, "no other machine has this gateway's name", "nessun'altra macchina ha il nome di questo gateway")
    other = facts.health.cloned_by
    text = Sentence(f"another machine runs under this gateway's name: {other}", f"un'altra macchina usa il nome di questo gateway: {other}")
    return failed(
        name,
        text,
        Sentence("stop one of the two, and enrol it under a name of its own", "ferma una delle due, e registrala con un nome suo"),
    )


def lines(facts: GatewayAnswers) -> CheckResult:
    """Judge whether ports and devices respond."""
    name = "lines"
    if facts.health is None:
        return _unheard(name, facts)
    bad = ", ".join((*facts.health.broken_lines, *facts.health.stalled_lines))
    if bad:
        text = Sentence(f"no work on lines: {bad}", f"linee ferme: {bad}")
        return failed(name, text, Sentence("check adapter and cable of the line", "controlla adattatore e cavo della linea"))
    silent = ", ".join(f"{device.id} ({line.id})" for line in facts.lines for device in line.devices if device.state == "silent")
    if silent:
        text = Sentence(f"do not respond: {silent}", f"non rispondono: {silent}")
        fix = Sentence(
            "check power, wires A and B, address and baud rate; 'gateway watch' shows what comes back",
            "controlla alimentazione, fili A e B, indirizzo e velocità; 'gateway watch' mostra che cosa arriva",
        )
        return warning(name, text, fix)
    return ok(name, "all devices respond", "tutti i dispositivi rispondono")


def _unheard(name: str, facts: GatewayAnswers) -> CheckResult:
    if not facts.is_edge:
        return not_applicable(name, "the site file describes no gateway", "il file del sito non descrive un gateway")
    return unknown(name, "the gateway does not run", "il gateway non è in funzione")
