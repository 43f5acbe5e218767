"""`gateway read`: one device, now."""

import json
from pathlib import Path

from tests.cli.command_line import run
from tests.config.sites import GOOD
from tests.system.servers import Process


def test_a_missing_port_is_an_error_that_says_what_to_check(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "site.yaml", "qe-041-meter", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith(
        "gateway: serial port /dev/serial/by-path/platform-usb-0:1.2:1.0-port0 can't be opened: No such file or directory;"
    )
    assert "check that the adapter is plugged in" in done.stderr


def test_an_unknown_device_is_an_error_with_the_most_similar_name(tmp_path: Path) -> None:
    (tmp_path / "site.yaml").write_text(GOOD)
    done = run("read", "site.yaml", "qe-041-metre", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("gateway: unknown device 'qe-041-metre'; did you mean 'qe-041-meter'")


def test_a_device_is_read_as_a_table_or_as_json(street: tuple[Path, Process]) -> None:
    folder, process = street
    try:
        table = run("read", "site.yaml", "meter", cwd=folder)
        assert table.returncode == 0, table.stderr
        line = next(line for line in table.stdout.splitlines() if line.startswith("voltage_l1 "))
        _, value, unit, quality = line.split()
        assert (unit, quality) == ("V", "Good")
        assert 200 < float(value) < 260
        found = json.loads(run("read", "--json", "site.yaml", "meter", cwd=folder).stdout)
        assert found["device"] == "meter"
        by_field = {one["field"]: one for one in found["values"]}
        assert by_field["active_energy"]["unit"] == "W.h"
        assert by_field["frequency"]["quality"] == "Good"
        assert len(by_field) == 26
        radar = run("read", "site.yaml", "radar", cwd=folder)
        assert radar.returncode == 0, radar.stderr
        assert "vehicle_count_total" in radar.stdout
    finally:
        process.stop()


def test_a_silent_device_is_an_error_with_exit_code_1(street: tuple[Path, Process]) -> None:
    folder, process = street
    try:
        done = run("read", "site.yaml", "ghost", cwd=folder)
        assert done.returncode == 1
        assert (
            "gateway: device 'ghost' has no values (BadTimeout); check its power, unit address 6, 9600 baud and parity, and that A and B are not swapped"
            in done.stderr
        )
    finally:
        process.stop()
