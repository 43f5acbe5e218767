"""`gateway plan`: every read of a profile, what it covers and costs."""

import json
from pathlib import Path

import pytest

from tests.cli.in_process import run


def test_a_plan_shows_every_read_with_its_points_gaps_and_time() -> None:
    done = run("plan", "carlo_gavazzi_em340")
    assert done.returncode == 0, done.stderr
    assert "4        0        54  139.7  voltage_l1, voltage_l2 … energy_import (24)  6-11, 36-39, 50-50" in done.stdout
    assert "1 reads, 139.7 ms\n" in done.stdout
    found = json.loads(run("plan", "carlo_gavazzi_em340", "--all", "--baud", "19200", "--json").stdout)
    (group,) = found["groups"]
    planned = [(read["function"], read["address"], read["quantity"]) for read in group["reads"]]
    assert [read for read in planned if read[0] == 4] == [(4, 0, 102), (4, 11, 1)]
    assert [read[1] for read in planned if read[0] == 3] == [770, 4098, 4355, 20480]
    assert sum(len(read["covers"]) for read in group["reads"]) == 41
    assert found["baud"] == 19200
    tcp = json.loads(run("plan", "xy_md02", "--transport", "tcp", "--json").stdout)
    assert (tcp["transport"], tcp["baud"]) == ("tcp", None)


def test_a_plan_shows_what_was_learned_of_a_device_and_which_points_are_not_read(tmp_path: Path) -> None:
    from gateway.fieldbus.modbus.planning.learned import Learned
    from gateway.fieldbus.modbus.planning.learned_store import LearnedStore
    from gateway.fieldbus.modbus.planning.read_plan import Hole

    store = LearnedStore(tmp_path)
    store.store("meter", Learned("carlo_gavazzi_em340", (Hole(4, 36, 40),), ("frequency",)))
    store.flush()
    done = run("plan", "carlo_gavazzi_em340", "--learned", str(tmp_path / "meter.json"))
    assert done.returncode == 0, done.stderr
    assert "the device refuses to read 36-39" in done.stdout
    assert "not read: frequency, which the device refuses" in done.stdout
    assert "2 reads" in done.stdout
    other = run("plan", "xy_md02", "--learned", str(tmp_path / "meter.json"))
    assert (other.returncode, "is about a device of profile 'carlo_gavazzi_em340', not 'xy_md02'" in other.stderr) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["xy_md03"], "gateway: unknown profile 'xy_md03'; did you mean 'xy_md02'"),
        (["agd_315"], "gateway: 'agd_315' does not speak Modbus; only Modbus products have a read plan"),
        (["missing.yaml"], "missing.yaml:1:1: can't be read: No such file or directory"),
        (["xy_md02", "--learned", "missing.json"], "gateway: can't read missing.json: "),
    ],
)
def test_what_can_not_be_planned_is_an_error_without_a_traceback(arguments: list[str], sentence: str, tmp_path: Path) -> None:
    done = run("plan", *arguments, cwd=tmp_path)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
