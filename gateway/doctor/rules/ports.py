"""The serial ports of the site's lines. Pure."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from gateway.doctor.check import CheckResult, CheckState, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence


class PortFacts(NamedTuple):
    """The serial port of a line.

    Args:
        line: the name of the line.
        port: the port as the site file names it.
        why_missing: why there is no such port; None if there is.
        may_use: whether the user of the service may read and write it.
        stable: whether the name stays the same when adapters are plugged in another order.
        latency_ms: the latency timer of its adapter; None if it has none.
        direction: whether its driver controls the transceiver: on, off, not able to, or not known; None if the site does not ask for it.
    """

    line: str
    port: str
    why_missing: str | None
    may_use: bool
    stable: bool
    latency_ms: int | None
    direction: Literal["on", "off", "unable", "unknown"] | None


def serial_ports(ports: Sequence[PortFacts]) -> CheckResult:
    """Judge whether the ports are there, under names that stay."""
    name = "serial-ports"
    if not ports:
        return _none(name)
    missing = "; ".join(f"{one.line}: {one.port}: {one.why_missing}" for one in ports if one.why_missing is not None)
    fix = Sentence(
        "plug in the adapter; 'ls /dev/serial/by-path' lists what there is",
        "collega l'adattatore; 'ls /dev/serial/by-path' elenca quelli presenti",
    )
    if missing:
        return failed(name, Sentence(f"no serial port: {missing}", f"porta seriale assente: {missing}"), fix)
    loose = ", ".join(one.port for one in ports if not one.stable)
    if loose:
        text = Sentence(f"may be another port after a reboot: {loose}", f"dopo un riavvio può essere un'altra porta: {loose}")
        fix = Sentence(
            "name it by its path below /dev/serial/by-path, or /dev/street", "usa il suo percorso in /dev/serial/by-path, o /dev/street"
        )
        return warning(name, text, fix)
    names = ", ".join(one.port for one in ports)
    return ok(name, f"present: {names}", f"presenti: {names}")


def serial_permissions(ports: Sequence[PortFacts], user: str) -> CheckResult:
    """Judge whether the gateway may use the ports."""
    name = "serial-permissions"
    present = _present(ports)
    if not present:
        return _none(name)
    refused = ", ".join(one.port for one in present if not one.may_use)
    if refused:
        text = Sentence(f"{user} may not use {refused}", f"{user} non può usare {refused}")
        return failed(
            name,
            text,
            Sentence(
                f"sudo usermod -aG dialout {user}, or: sudo gateway install edge",
                f"sudo usermod -aG dialout {user}, oppure: sudo gateway install edge",
            ),
        )
    return ok(name, f"{user} may use the serial ports", f"{user} può usare le porte seriali")


def latency_timer(ports: Sequence[PortFacts]) -> CheckResult:
    """Judge how long USB adapters keep received bytes back."""
    name = "latency-timer"
    timed = [one for one in _present(ports) if one.latency_ms is not None]
    if not timed:
        return not_applicable(name, "no adapter here has a latency timer", "nessun adattatore qui ha un timer di latenza")
    slow = ", ".join(f"{one.port}: {one.latency_ms} ms" for one in timed if one.latency_ms != 1)
    if slow:
        text = Sentence(f"the adapter keeps received bytes back: {slow}", f"l'adattatore trattiene i byte ricevuti: {slow}")
        fix = Sentence(
            "sudo gateway install edge installs the udev rule; then plug it in again",
            "sudo gateway install edge installa la regola udev; poi ricollegalo",
        )
        return warning(name, text, fix)
    return ok(name, "adapters pass on received bytes at once", "gli adattatori passano subito i byte ricevuti")


_BY_DIRECTION = {"off": CheckState.WARNING, "unable": CheckState.FAILED, "unknown": CheckState.UNKNOWN, "on": CheckState.OK}
_WORST = (CheckState.FAILED, CheckState.WARNING, CheckState.UNKNOWN, CheckState.OK)


def rs485(ports: Sequence[PortFacts]) -> CheckResult:
    """Judge the direction control of the transceivers, where the site asks for it (`rs485`)."""
    name = "rs485"
    asked = {one.port: _BY_DIRECTION[one.direction] for one in _present(ports) if one.direction is not None}
    if not asked:
        return not_applicable(name, "no line has 'rs485'", "nessuna linea ha 'rs485'")
    worst = next(state for state in _WORST if state in asked.values())
    names = ", ".join(port for port, state in asked.items() if state is worst)
    if worst is CheckState.FAILED:
        text = Sentence(f"the driver can't switch the transceiver of {names}", f"il driver non può commutare il transceiver di {names}")
        fix = Sentence(
            "remove 'rs485' if the transceiver switches by itself; else use another port",
            "togli 'rs485' se il transceiver commuta da solo; altrimenti usa un'altra porta",
        )
        return failed(name, text, fix)
    if worst is CheckState.WARNING:
        text = Sentence(f"the transceiver is not switched by the driver: {names}", f"il transceiver non è commutato dal driver: {names}")
        return warning(
            name,
            text,
            Sentence("start the gateway: it sets this when it opens the port", "avvia il gateway: lo imposta quando apre la porta"),
        )
    if worst is CheckState.UNKNOWN:
        fix = Sentence("stop the gateway, or run this as root", "ferma il gateway, o esegui questo comando come root")
        return unknown(name, f"in use, does not say: {names}", f"in uso, non lo dice: {names}", fix)
    return ok(name, f"the driver switches the transceiver: {names}", f"il driver commuta il transceiver: {names}")


def _present(ports: Sequence[PortFacts]) -> list[PortFacts]:
    return [one for one in ports if one.why_missing is None]


def _none(name: str) -> CheckResult:
    return not_applicable(name, "there is no serial port to check", "non ci sono porte seriali da controllare")
