"""A valid site file, and the problems of those derived from it."""

from pathlib import Path

import pytest

from gateway.config.problems import ConfigError
from gateway.config.site_file import load_site

GOOD = """\
site: prato
operator: citelum
gateway: gw-0042
uplink: {broker: "mqtts://broker.example:8883", confirm: stored}
assets:
  qe-041: {name: Quadro 41, lat: 43.88, lon: 11.1}
  pl-0001: {}
lines:
  - id: panel
    serial: /dev/serial/by-path/platform-usb-0:1.2:1.0-port0
    baud: 9600
    parity: N
    devices:
      - {id: qe-041-meter, profile: carlo_gavazzi_em340, unit: 1, asset: qe-041, every: 10s}
  - id: dali
    tcp: "192.0.2.10:502"
    devices:
      - id: qe-041-dali
        profile: intesis_ibmbsdal
        channels: {0: pl-0001}
"""

Broken = tuple[str, str, list[tuple[int, int, str]]]
"""What to replace in GOOD, with what, and the line, column and part of the message of each problem."""


def problems_of(text: str, folder: Path) -> list[tuple[int, int, str]]:
    """Return the line, column and message of each problem of a site file."""
    path = folder / "site.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        load_site(path)
    for problem in error.value.problems:
        assert str(problem).startswith(f"{problem.file}:{problem.line}:{problem.column}: {problem.what}; ")
        assert len(problem.instead) > 5
    return [(problem.line, problem.column, f"{problem.what}; {problem.instead}") for problem in error.value.problems]


def check_broken(broken: Broken, folder: Path, *, only_these: bool = True) -> None:
    """Check that a broken site file has the expected problems, and no others."""
    old, new, expected = broken
    assert GOOD.count(old) == 1
    found = problems_of(GOOD.replace(old, new), folder)
    for line, column, sentence in expected:
        assert any((at_line, at_column) == (line, column) and sentence in message for at_line, at_column, message in found), found
    if only_these:
        assert len(found) == len(expected), found
