"""The system around the gateway: services, watchdogs, why it booted, random numbers. Pure."""

from typing import NamedTuple

from gateway.doctor.check import CheckResult, failed, not_applicable, ok, unknown, warning
from gateway.host.checks.finding import Sentence

_OVERHEATED, _WATCHDOG, _UNDERVOLTAGE = 0x1, 0x20, 0x10
"""WDIOF_OVERHEAT, WDIOF_CARDRESET, WDIOF_POWERUNDER (Linux, watchdog/watchdog-api.rst)."""

_LONGEST_WATCHDOG_S = 60


class UnitFacts(NamedTuple):
    """A service as systemd shows it: loaded, active, failed …; and whether it starts at boot.

    `restarts` counts its restarts after failures; `watched`: systemd ends it when it hangs.
    """

    unit: str
    load: str
    active: str
    enabled: str
    restarts: int
    watched: bool


class WatchdogFacts(NamedTuple):
    """The hardware watchdog: whether it is armed, its time-out, and why it says that the machine booted (bits, or None)."""

    armed: bool
    timeout_s: int
    boot_status: int | None


def service(units: tuple[UnitFacts, ...] | None) -> CheckResult:
    """Judge the services of this site."""
    name = "service"
    if units is None:
        return not_applicable(name, "this machine does not run systemd", "questa macchina non usa systemd")
    missing = [one.unit for one in units if one.load != "loaded"]
    if len(missing) == len(units):
        text = Sentence(f"not installed: {', '.join(missing)}", f"non installato: {', '.join(missing)}")
        return warning(name, text, Sentence("sudo gateway install", "sudo gateway install"))
    found = [one for one in units if one.load == "loaded"]
    down = ", ".join(one.unit for one in found if one.active != "active")
    if down:
        text = Sentence(f"does not run: {down}", f"non è in funzione: {down}")
        return failed(
            name,
            text,
            Sentence(f"journalctl -u {down.split(',')[0]} -n 50 says why", f"journalctl -u {down.split(',')[0]} -n 50 dice perché"),
        )
    at_hand = ", ".join(one.unit for one in found if one.enabled not in ("enabled", "static"))
    if at_hand:
        text = Sentence(f"runs, but does not start at boot: {at_hand}", f"è in funzione, ma non parte all'avvio: {at_hand}")
        return warning(name, text, Sentence(f"systemctl enable {at_hand.replace(',', '')}", f"systemctl enable {at_hand.replace(',', '')}"))
    again = ", ".join(f"{one.unit} ({one.restarts})" for one in found if one.restarts)
    if again:
        text = Sentence(f"was started again after failures: {again}", f"è stato riavviato dopo errori: {again}")
        return warning(name, text, Sentence("journalctl -u street-gateway says why", "journalctl -u street-gateway dice perché"))
    names = ", ".join(one.unit for one in found)
    return ok(name, f"runs: {names}", f"in funzione: {names}")


def recovery(units: tuple[UnitFacts, ...] | None, *, wanted: bool) -> CheckResult:
    """Judge whether a gateway without a connection gets what it asks for; `units` has street-recovery.path."""
    name = "recovery"
    if not wanted:
        return not_applicable(name, "the site file has no 'uplink: recovery'", "il file del sito non ha 'uplink: recovery'")
    if units is None:
        return not_applicable(name, "this machine does not run systemd", "questa macchina non usa systemd")
    if any(one.active == "active" for one in units):
        return ok(name, "network and modem can be restarted", "rete e modem si possono riavviare")
    text = Sentence(
        "the site file has 'uplink: recovery', but street-recovery.path does not run: without a connection nothing is restarted",
        "il file del sito ha 'uplink: recovery', ma street-recovery.path non è attivo: senza collegamento non si riavvia niente",
    )
    fix = "sudo gateway install edge && sudo systemctl enable --now street-recovery.path"
    return warning(name, text, Sentence(fix, fix))


def service_watchdog(units: tuple[UnitFacts, ...] | None) -> CheckResult:
    """Judge whether systemd ends a service that hangs."""
    name = "service-watchdog"
    loaded = [one for one in units or () if one.load == "loaded"]
    if not loaded:
        return not_applicable(name, "no service is installed", "nessun servizio è installato")
    without = ", ".join(one.unit for one in loaded if not one.watched)
    if without:
        text = Sentence(f"nobody ends these if they hang: {without}", f"nessuno termina questi se si bloccano: {without}")
        return warning(
            name, text, Sentence("remove 'WatchdogSec=0' from its drop-in file", "togli 'WatchdogSec=0' dal suo file aggiuntivo")
        )
    return ok(name, "a service that hangs is ended and started again", "un servizio che si blocca viene terminato e riavviato")


def hardware_watchdog(facts: WatchdogFacts | None) -> CheckResult:
    """Judge whether the machine is reset if it hangs."""
    name = "hardware-watchdog"
    if facts is None:
        return not_applicable(name, "this machine has no hardware watchdog", "questa macchina non ha un watchdog hardware")
    fix = Sentence(
        "write '[Manager]' and 'RuntimeWatchdogSec=15' into /etc/systemd/system.conf.d/watchdog.conf, and reboot",
        "scrivi '[Manager]' e 'RuntimeWatchdogSec=15' in /etc/systemd/system.conf.d/watchdog.conf, e riavvia",
    )
    if not facts.armed:
        return warning(name, Sentence("the hardware watchdog is not used", "il watchdog hardware non è usato"), fix)
    text = Sentence(
        f"a machine that hangs is reset after {facts.timeout_s} s", f"se la macchina si blocca, riparte dopo {facts.timeout_s} s"
    )
    return warning(name, text, fix) if facts.timeout_s > _LONGEST_WATCHDOG_S else ok(name, text.en, text.it)


def boot_reason(facts: WatchdogFacts | None) -> CheckResult:
    """Judge why the machine booted the last time."""
    name = "boot-reason"
    if facts is None or facts.boot_status is None:
        return not_applicable(name, "the machine does not say why it booted", "la macchina non dice perché si è avviata")
    if facts.boot_status & _UNDERVOLTAGE:
        text = Sentence("the last reset was because of undervoltage", "l'ultimo riavvio è dovuto a una tensione troppo bassa")
        return warning(name, text, Sentence("check the power supply", "controlla l'alimentatore"))
    if facts.boot_status & _OVERHEATED:
        text = Sentence("the last reset was because of heat", "l'ultimo riavvio è dovuto al calore")
        return warning(name, text, Sentence("cool it: heat sink, shade, air", "raffredda la scheda: dissipatore, ombra, aria"))
    if facts.boot_status & _WATCHDOG:
        text = Sentence("the last reset was by the watchdog: the machine hung", "l'ultimo riavvio è del watchdog: la macchina era bloccata")
        return warning(
            name, text, Sentence("'journalctl -b -1' shows the end of the last run", "'journalctl -b -1' mostra la fine di prima")
        )
    return ok(name, "the last boot was not by the watchdog", "l'ultimo avvio non è del watchdog")


def entropy(ready: bool | None) -> CheckResult:  # noqa: FBT001 — the only fact
    """Judge whether the kernel has random numbers for keys."""
    name = "entropy"
    if ready is None:
        return unknown(name, "the kernel does not say whether it has random numbers", "il kernel non dice se ha numeri casuali")
    if ready:
        return ok(name, "the kernel has random numbers for keys", "il kernel ha numeri casuali per le chiavi")
    text = Sentence("the kernel has no random numbers yet: TLS waits", "il kernel non ha ancora numeri casuali: TLS aspetta")
    return failed(name, text, Sentence("apt install rng-tools5, or wait a few minutes", "apt install rng-tools5, o aspetta qualche minuto"))
