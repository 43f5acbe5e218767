"""A whole machine and its site."""

from pathlib import Path

import pytest

from gateway.doctor import doctor
from gateway.doctor.check import CheckState, failed, ok
from gateway.doctor.doctor import Patient, diagnose, is_well
from gateway.doctor.probes import kernel
from gateway.host.checks.finding import Sentence
from tests.doctor.probes.test_kernel import write
from tests.host.checks.test_site import site_of

EVERYTHING = [
    "undervoltage", "throttling", "temperature", "clock", "clock-source", "rtc", "time-zone", "disk", "disk-wear", "disk-writes", "memory", "logs",
    "hardware-watchdog", "boot-reason", "entropy", "service", "service-watchdog", "recovery", "network-link", "network-address", "dns", "broker", "tls",
    "serial-ports", "serial-permissions", "latency-timer", "rs485", "gateway", "durable", "slow-writes", "uplink", "clone", "lines", "journal", "backlog", "losses",
    "certificates", "files", "state-folder",
]  # fmt: skip


def test_a_machine_without_a_site_file_has_all_checks_too(tmp_path: Path) -> None:
    found = diagnose(Patient(tmp_path, None))
    assert [one.name for one in found] == EVERYTHING
    assert {one.name: one.state for one in found}["gateway"] == CheckState.NOT_APPLICABLE
    assert not [one for one in found if "the check itself failed" in one.sentence.en]


def test_the_site_is_checked_on_the_machine(tmp_path: Path) -> None:
    root = write(tmp_path / "root", {"sys/class/net/xeth0/carrier": "0\n", "proc/meminfo": "MemTotal: 100 kB\nMemAvailable: 50 kB\n"})
    site = site_of(
        {
            "uplink": {"broker": "mqtt://127.0.0.1:1"},
            "journal": {"path": f"{tmp_path}/journal.sqlite"},
            "listen": "127.0.0.1:1",
            "lines": [{"id": "l", "serial": "/dev/no-such-port", "devices": [{"id": "d", "profile": "p"}]}],
        }
    )
    found = diagnose(Patient(root, site))
    assert [one.name for one in found] == EVERYTHING
    states = {one.name: one.state for one in found}
    ill = {name for name, state in states.items() if state is CheckState.FAILED}
    assert ill == {"network-link", "network-address", "broker", "serial-ports", "gateway"}
    assert states["memory"] == states["files"] == CheckState.OK
    assert not is_well(found)


def test_all_sentences_are_in_both_languages(tmp_path: Path) -> None:
    for one in diagnose(Patient(tmp_path, None)):
        assert one.sentence.en
        assert one.sentence.it
        assert one.fix is None or (one.fix.en and one.fix.it)


def test_a_file_system_that_hangs_costs_only_its_own_checks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import threading

    ends = threading.Event()
    monkeypatch.setattr(doctor, "WITHIN_S", 1.0)
    monkeypatch.setattr(kernel, "room", lambda _folder: ends.wait() and None)
    states = {one.name: one.state for one in diagnose(Patient(tmp_path, None))}
    assert states["disk"] == CheckState.UNKNOWN
    assert states["state-folder"] == CheckState.NOT_APPLICABLE
    ends.set()


def test_only_a_failed_check_makes_a_machine_unwell() -> None:
    assert is_well([ok("a", "", "")])
    assert not is_well([ok("a", "", ""), failed("b", Sentence("", ""), Sentence("", ""))])
