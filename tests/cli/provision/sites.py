"""A site file in a folder, with a line at an address."""

import json
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from gateway.cli import main

HEAD = """\
site: prato  # the city
operator: citelum
gateway: gw-0042
uplink: {broker: "mqtt://127.0.0.1:1"}
"""


def write_site(folder: Path, way: str, *devices: str) -> Path:
    """Write a site file with one line, `tcp: …` or `serial: …`, and devices in YAML's flow style."""
    listed = "\n".join(f"      - {{{one}}}" for one in devices)
    path = folder / "site.yaml"
    path.write_text(f"{HEAD}state: {folder}/state\nlines:\n  - id: panel  # at the corner\n    {way}\n    devices:\n{listed}\n")
    return path


def provision(folder: Path, *arguments: str) -> Result:
    """Run a command in this process: starting one for each would take most of the time. Call it in a thread where a loop runs."""
    named = [str(folder / one) if one.endswith((".yaml", ".csv")) else one for one in arguments]
    return CliRunner().invoke(main, ["provision", *named])


def as_json(done: Result) -> Any:
    assert done.exit_code in (0, 1), done.output
    return json.loads(done.stdout)
