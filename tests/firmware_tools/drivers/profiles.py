"""Profiles of the simulated products, one for each driver. A pty has no parity, which real STM32 bootloaders want (8E1)."""

from pathlib import Path

from gateway.config.profile_library import load_profile
from gateway.model.profile import Profile

_DRIVERS = {
    "modbus_file": (
        "driver: modbus_file, erase: 5s, reboot: 5s, file: {number: 1, begin: {point: erase, value: 1}, size: image_size,"
        " commit: {point: commit, value: 1}, state: state, busy: [erasing], refused: [refused]}"
    ),
    "xmodem": "driver: xmodem, enter: {point: start_bootloader, value: 1}, block: 128, reboot: 5s",
    "xmodem_1k": "driver: xmodem, enter: {point: start_bootloader, value: 1}, block: 1024, reboot: 5s",
    "ymodem": "driver: ymodem, enter: {point: start_bootloader, value: 1}, reboot: 5s",
    "stm32": "driver: stm32, enter: {point: start_bootloader, value: 1}, serial: {baud: 57600}, erase: 5s, reboot: 5s",
    "smp": "driver: smp, enter: {point: start_bootloader, value: 1}, reboot: 5s",
}

_TEXT = """\
profile: simulated_{name}
vendor: Simulated
model: SIM-1
kind: lamp
confidence: low
sources: [{{ref: tests}}]
serial: {{baud: 115200}}
modbus: {{unit: 1}}
firmware: {{{section}, source: tests, points: {{model: product, version: firmware_version, hardware: hardware_revision}}}}
points:
  - {{name: product, holding: 100, type: wide_string, length: 16}}
  - {{name: firmware_version, holding: 120, type: wide_string, length: 16}}
  - {{name: hardware_revision, holding: 140, type: wide_string, length: 8}}
  - {{name: start_bootloader, holding: 160, type: uint16, write: {{min: 1, max: 1}}}}
  - {{name: state, holding: 170, type: uint16, enum: {{0: idle, 1: erasing, 2: ready, 3: verified, 4: refused}}}}
  - {{name: erase, holding: 171, type: uint16, write: {{min: 1, max: 1, only: true}}}}
  - {{name: commit, holding: 172, type: uint16, write: {{min: 1, max: 1, only: true}}}}
  - {{name: image_size, holding: 173, type: uint32, write: {{min: 1, max: 16777216, only: true}}}}
  - {{name: level, input: 0, type: uint16, unit: "%"}}
measurements:
  - {{measurement: lamp, fields: {{dim_level: level}}}}
"""


def profile_text(name: str) -> str:
    """Return the YAML of the profile of a simulated product."""
    return _TEXT.format(name=name, section=_DRIVERS[name])


def profile_of(name: str, folder: Path) -> Profile:
    """Return the profile of a simulated product, loaded from a file as any other."""
    path = folder / f"simulated_{name}.yaml"
    path.write_text(profile_text(name))
    return load_profile(path)
