"""All checks of one machine and its site."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.doctor.check import CheckResult, CheckState
from gateway.doctor.examination import Examination, examine
from gateway.doctor.probes import kernel, network, ports, services, site_files
from gateway.doctor.rules import clocks, journal, named_files, power, running, storage, system
from gateway.doctor.rules import network as network_rules
from gateway.doctor.rules import ports as port_rules
from gateway.host import clock
from gateway.model.site.file import Site

WITHIN_S = 8.0
"""How long everything may take; the rest of the ten seconds is for starting the program."""

_DEFAULT_FOLDER = Path("/var/lib/street-gateway")


class Patient(NamedTuple):
    """What is examined: the system below `root`, and the site that it runs, if that is known."""

    root: Path
    site: Site | None


def diagnose(patient: Patient) -> list[CheckResult]:
    """Examine a machine and its site. Nothing is changed, and no line is disturbed."""
    return examine([*_machine(patient), *_network(patient), *_gateway(patient)], WITHIN_S)


def is_well(checks: Sequence[CheckResult]) -> bool:
    """Return whether nothing has failed."""
    return all(one.state is not CheckState.FAILED for one in checks)


def _machine(patient: Patient) -> list[Examination]:
    root, site = patient
    folder = kernel.existing(Path(site.journal.path).parent if site is not None else _DEFAULT_FOLDER)
    return [
        Examination(("undervoltage", "throttling", "temperature"), lambda: _power(root)),
        Examination(("clock", "clock-source", "rtc"), lambda: _clocks(root)),
        Examination(("time-zone",), lambda: [clocks.time_zone(kernel.zones(root, None if site is None else site.time_zone))]),
        Examination(("disk",), lambda: [storage.disk(kernel.room(folder))]),
        Examination(("disk-wear", "disk-writes"), lambda: _wear(root, folder)),
        Examination(("memory",), lambda: [storage.memory(kernel.memory(root))]),
        Examination(("logs",), lambda: [storage.logs(kernel.logs(root))]),
        Examination(("hardware-watchdog", "boot-reason"), lambda: _watchdog(root)),
        Examination(("entropy",), lambda: [system.entropy(kernel.entropy())]),
        Examination(("service", "service-watchdog"), lambda: _services(root, site)),
        Examination(("recovery",), lambda: [_recovery(root, site)]),
    ]


def _network(patient: Patient) -> list[Examination]:
    root, site = patient
    return [
        Examination(("network-link", "network-address"), lambda: _links(root)),
        Examination(("dns",), lambda: [network_rules.dns(None if site is None else network.names(site))]),
        Examination(("broker", "tls"), lambda: _brokers(site)),
    ]


def _gateway(patient: Patient) -> list[Examination]:
    root, site = patient
    return [
        Examination(("serial-ports", "serial-permissions", "latency-timer", "rs485"), lambda: _ports(root, site)),
        Examination(("gateway", "durable", "slow-writes", "uplink", "clone", "lines"), lambda: _running(site)),
        Examination(("journal", "backlog", "losses"), lambda: _journal(site)),
        Examination(("certificates", "files"), lambda: _files(site)),
        Examination(("state-folder",), lambda: [_state_folder(site)]),
    ]


def _power(root: Path) -> list[CheckResult]:
    facts = kernel.power(root)
    return [power.undervoltage(facts), power.throttling(facts), power.temperature(facts)]


def _clocks(root: Path) -> list[CheckResult]:
    facts = kernel.clocks(root)
    return [clocks.clock(facts), clocks.clock_source(facts), clocks.rtc(facts)]


def _wear(root: Path, folder: Path) -> list[CheckResult]:
    facts = kernel.wear(root, folder.stat().st_dev)
    return [storage.disk_wear(facts), storage.disk_writes(facts)]


def _watchdog(root: Path) -> list[CheckResult]:
    facts = kernel.watchdog(root)
    return [system.hardware_watchdog(facts), system.boot_reason(facts)]


def _services(root: Path, site: Site | None) -> list[CheckResult]:
    names = (
        *(services.EDGE_UNITS if site is None or site.lines else ()),
        *(services.CENTRE_UNITS if site is None or site.centre is not None else ()),
        *((f"street-ingest@{site.centre.worker}.service",) if site is not None and site.centre is not None else ()),
    )
    found = services.units(root, names)
    return [system.service(found), system.service_watchdog(found)]


def _recovery(root: Path, site: Site | None) -> CheckResult:
    wanted = site is not None and site.uplink is not None and site.uplink.recovery is not None
    return system.recovery(services.units(root, (services.RECOVERY_UNIT,)) if wanted else None, wanted=wanted)


def _links(root: Path) -> list[CheckResult]:
    found = network.links(root)
    return [network_rules.network_link(found), network_rules.network_address(found, routed=network.routed(root))]


def _brokers(site: Site | None) -> list[CheckResult]:
    found = [] if site is None else network.brokers(site)
    return [network_rules.broker(found), network_rules.tls(found)]


def _ports(root: Path, site: Site | None) -> list[CheckResult]:
    user = ports.service_user()
    found = ports.ports(root, [] if site is None else site.lines, user)
    return [
        port_rules.serial_ports(found),
        port_rules.serial_permissions(found, user),
        port_rules.latency_timer(found),
        port_rules.rs485(found),
    ]


def _running(site: Site | None) -> list[CheckResult]:
    facts = services.running(site.listen) if site is not None and site.lines else running.GatewayAnswers(is_edge=False)
    judges = (running.running, running.durable, running.slow_writes, running.uplink, running.clone, running.lines)
    return [judge(facts) for judge in judges]


def _journal(site: Site | None) -> list[CheckResult]:
    facts = journal.NoJournal("there is no site file", expected=False) if site is None else site_files.journal(site, clock.now_ms())
    return [journal.integrity(facts), journal.backlog(facts), journal.losses(facts)]


def _files(site: Site | None) -> list[CheckResult]:
    if site is None:
        return [named_files.certificates(None), named_files.files(None)]
    now_ms = clock.now_ms()
    tls, others = site_files.findings(site, now_ms)
    return [named_files.certificates(site_files.certificate(site, tls, now_ms)), named_files.files(others)]


def _state_folder(site: Site | None) -> CheckResult:
    is_edge = site is not None and bool(site.lines)
    return named_files.state_folder(site_files.state_folder(site, ports.service_user()) if is_edge and site is not None else None)
