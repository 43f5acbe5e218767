"""Services, watchdogs, the reason of the last boot, random numbers."""

import pytest

from gateway.doctor.rules.system import (
    UnitFacts,
    WatchdogFacts,
    boot_reason,
    entropy,
    hardware_watchdog,
    recovery,
    service,
    service_watchdog,
)

GOOD = UnitFacts("street-gateway.service", "loaded", "active", "enabled", 0, watched=True)


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({}, "ok"),
        ({"load": "not-found"}, "warning"),
        ({"active": "failed"}, "failed"),
        ({"active": "inactive"}, "failed"),
        ({"enabled": "disabled"}, "warning"),
        ({"restarts": 3}, "warning"),
    ],
)
def test_a_service_is_installed_runs_and_starts_at_boot(changed: dict[str, str], state: str) -> None:
    found = service((GOOD._replace(**changed),))  # type: ignore[arg-type]
    assert found.state == state
    assert "street-gateway.service" in found.sentence.en


def test_services_that_are_not_installed_beside_one_that_is_do_not_matter() -> None:
    assert service((GOOD, GOOD._replace(unit="street-city.service", load="not-found"))).state == "ok"


def test_a_machine_without_systemd_has_no_services() -> None:
    assert service(None).state == service_watchdog(None).state == "not applicable"


@pytest.mark.parametrize(
    ("units", "wanted", "state"),
    [
        (None, False, "not applicable"),
        (None, True, "not applicable"),
        ((GOOD._replace(unit="street-recovery.path"),), True, "ok"),
        ((GOOD._replace(unit="street-recovery.path", active="inactive"),), True, "warning"),
        ((GOOD._replace(unit="street-recovery.path", load="not-found", active="inactive"),), True, "warning"),
    ],
)
def test_a_recovery_that_the_site_wants_needs_its_unit(units: tuple[UnitFacts, ...] | None, state: str, *, wanted: bool) -> None:
    found = recovery(units, wanted=wanted)
    assert found.state == state
    assert (found.fix is not None) == (state == "warning")


def test_a_service_that_hangs_has_to_be_ended() -> None:
    assert service_watchdog((GOOD,)).state == "ok"
    assert service_watchdog((GOOD._replace(watched=False),)).state == "warning"
    assert service_watchdog((GOOD._replace(load="not-found"),)).state == "not applicable"


@pytest.mark.parametrize(
    ("facts", "state"),
    [(WatchdogFacts(True, 15, 0), "ok"), (WatchdogFacts(True, 600, 0), "warning"), (WatchdogFacts(False, 15, 0), "warning"), (None, "not applicable")],
)  # fmt: skip
def test_the_hardware_watchdog_is_armed_with_a_short_time(facts: WatchdogFacts | None, state: str) -> None:
    assert hardware_watchdog(facts).state == state


@pytest.mark.parametrize(
    ("bits", "state", "word"),
    [
        (0, "ok", "not"),
        (0x20, "warning", "hung"),
        (0x10, "warning", "undervoltage"),
        (0x1, "warning", "heat"),
        (None, "not applicable", "why"),
    ],
)
def test_a_reset_has_a_reason(bits: int | None, state: str, word: str) -> None:
    found = boot_reason(WatchdogFacts(True, 15, bits))
    assert found.state == state
    assert word in found.sentence.en


def test_keys_need_random_numbers() -> None:
    assert [entropy(ready).state for ready in (True, False, None)] == ["ok", "failed", "unknown"]
