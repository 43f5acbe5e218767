"""Devices, releases and roll-outs for the tests."""

from firmware_tools.image.release import FirmwareRelease, FirmwareTarget
from firmware_tools.rollout.device import DeviceName, KnownDevice
from firmware_tools.rollout.plan import planned
from firmware_tools.rollout.state import Rollout
from firmware_tools.rollout.terms import RolloutTerms
from firmware_tools.rollout.windows import NightWindow
from gateway.model.instants import ms_of_iso

ROME = "Europe/Rome"
NIGHT = NightWindow.read("22:00-05:00", ROME)
RELEASE = FirmwareRelease("Wiren Board", "WBMR6C", "1.26.0", "wirenboard", ("6c",), "1.20.0")
TARGET = FirmwareTarget("wb/mr6c/1.26.0.wbfw", 60_000, "ab" * 32, RELEASE)
EVENING_MS = ms_of_iso("2026-11-26T21:00:00Z")
"""22:00 in Rome: the window opens."""


def known(gateway: str, device: str, line: str | None = "a", **more: object) -> KnownDevice:
    settings: dict[str, object] = {"bytes_per_s": 500.0, "model": "WBMR6C", "hardware": "6c", "version": "1.24.0", **more}
    return KnownDevice(DeviceName("citelum", gateway, device), "wirenboard_mr6c", line=line, **settings)  # type: ignore[arg-type]


def street(gateways: int, lines: int, devices: int) -> list[KnownDevice]:
    return [
        known(f"gw-{gateway}", f"d-{line}-{device}", f"line-{line}")
        for gateway in range(gateways)
        for line in range(lines)
        for device in range(devices)
    ]


def rollout(devices: list[KnownDevice], terms: RolloutTerms | None = None, at_ms: int = EVENING_MS) -> Rollout:
    return planned("r1", devices, TARGET, terms or RolloutTerms(NIGHT), "control room", at_ms)
