"""`gateway page label`: the label for the box."""

import stat
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from gateway.cli.page.label import command
from tests.config.sites import GOOD

PAGE = "page: {listen: 10.42.0.1:8088, plain_http: true}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(f"{GOOD}state: {tmp_path}/state\n{PAGE}")
    codes = tmp_path / "state" / "page"
    codes.mkdir(parents=True)
    (codes / "technician.code").write_text("7KQ2M4XZ\n")
    (codes / "technician.code").chmod(0o600)
    return tmp_path / "site.yaml"


def labelled(site: Path, *options: str) -> Result:
    return CliRunner().invoke(command, [str(site), "--out", str(site.parent / "label.html"), *options])


def test_the_label_has_the_address_of_the_page_the_code_and_the_hotspot(site: Path) -> None:
    password = site.parent / "wifi.txt"
    password.write_text("ponte vecchio\n")
    password.chmod(0o600)
    done = labelled(site, "--wifi", "gw-0042", "--wifi-password-file", str(password), "--language", "it")
    assert done.exit_code == 0, done.output
    label = site.parent / "label.html"
    assert stat.S_IMODE(label.stat().st_mode) == 0o600
    for text in ("http://10.42.0.1:8088", "7KQ2-M4XZ", "ponte vecchio", '<html lang="it">'):
        assert text in label.read_text()


def test_a_page_that_no_phone_reaches_and_a_missing_code_are_said(site: Path) -> None:
    (site.parent / "state" / "page" / "technician.code").unlink()
    assert "'gateway page code SITE --new' makes one" in labelled(site).stderr
    site.write_text(site.read_text().replace(PAGE, "page: {}\n"))
    done = labelled(site)
    assert (done.exit_code, "no phone can reach the page" in done.stderr) == (1, True)
    assert not (site.parent / "label.html").exists()
