"""`firmware status` without a gateway that runs."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from firmware_tools.cli.status import command
from firmware_tools.flash.audit import AuditFile, audit_entry
from firmware_tools.flash.record import Reason
from firmware_tools.flash.record_files import UpdateFiles
from tests.firmware_tools.flash.modelled_device import new_record

SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:9"}}
lines: [{{id: street, tcp: "127.0.0.1:1502", devices: [{{id: climate, profile: xy_md02, asset: panel-1}}]}}]
state: {folder}
"""


def status(folder: Path, *options: str) -> str:
    file = folder / "site.yaml"
    file.write_text(SITE.format(folder=folder))
    done = CliRunner(env={"LC_ALL": "C"}).invoke(command, [str(file), *options], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_site_without_updates_says_so(tmp_path: Path) -> None:
    assert status(tmp_path) == "no update is under way\n"


def test_what_has_not_ended_and_what_has_are_listed(tmp_path: Path) -> None:
    UpdateFiles(tmp_path).save(new_record(phase="sending", chunk=3))
    failed = new_record(device="relay-2", from_version="1.0", reason=Reason("version", "the old one runs", "gira la vecchia"))
    AuditFile(tmp_path).add(audit_entry(failed, "failed", 60_000))
    assert status(tmp_path).splitlines() == [
        "relay-1: sending 50 %",
        "",
        "ended                 device   version     result  by     why",
        "1970-01-01T00:01:00Z  relay-2  1.0 -> 2.0  failed  tests  the old one runs",
    ]
    found = json.loads(status(tmp_path, "--json"))
    assert (found["updates"][0]["done_bytes"], found["history"][0]["result"]) == (300, "failed")


@pytest.mark.parametrize(("last", "count"), [("1", 1), ("0", 0)])
def test_only_so_many_ended_updates_are_listed(tmp_path: Path, last: str, count: int) -> None:
    for number in range(3):
        AuditFile(tmp_path).add(audit_entry(new_record(device=f"d{number}"), "succeeded", 0))
    assert len(json.loads(status(tmp_path, "--last", last, "--json"))["history"]) == count
