"""`gateway fleet configure`: what it refuses before it sends anything. With a gateway: `tests/edge/configuration/test_orders.py`."""

from pathlib import Path

import pytest

from gateway.trust.authority import Authority
from tests.cli.command_line import run
from tests.config.sites import GOOD

CENTRE = "site: prato\ncentre: {broker: 'mqtt://127.0.0.1:9', store: {history: {path: h.sqlite}}}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "centre.yaml").write_text(CENTRE)
    (tmp_path / "site.yaml").write_text(GOOD)
    Authority.create(tmp_path / "authority", "Prato", 1_800_000_000_000)
    return tmp_path


def configure(folder: Path, gateway: str, *more: str) -> tuple[int, str]:
    done = run("fleet", "configure", gateway, "site.yaml", "--centre", "centre.yaml", "--authority", "authority", *more, cwd=folder)
    return done.returncode, done.stderr


def test_a_file_of_another_gateway_is_not_sent(folder: Path) -> None:
    assert configure(folder, "citelum/gw-1") == (1, "gateway: site.yaml describes citelum/gw-0042 of prato, not citelum/gw-1 of prato\n")
    code, said = configure(folder, "gw-0042")
    assert (code, "write operator/gateway" in said) == (1, True)


def test_an_invalid_file_is_not_sent(folder: Path) -> None:
    (folder / "site.yaml").write_text(GOOD.replace("baud: 9600", "baudd: 9600"))
    assert configure(folder, "citelum/gw-0042") == (1, "site.yaml:11:5: unknown key 'baudd'; did you mean 'baud'?\n")


def test_a_broker_that_is_not_there_is_told(folder: Path) -> None:
    code, said = configure(folder, "citelum/gw-0042", "--wait", "1")
    assert (code, "did not take the configuration: no connection" in said) == (1, True)
