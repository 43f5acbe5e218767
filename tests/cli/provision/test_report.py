"""`gateway provision report`, of a gateway that does not run; tests/system/test_report.py has one that does."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from gateway.cli import main
from gateway.model.messages import SignedReport
from tests.provision.report.pictures import EXIF, jpeg
from tests.provision.report.reports import report
from tests.trust.broker import gateway

_SITE = """
site: prato
operator: citelum
gateway: gw-1
uplink: {{broker: "mqtt://127.0.0.1:1883"}}
journal: {{path: {folder}/journal.sqlite}}
listen: 127.0.0.1:1
lines: [{{id: street, serial: /dev/ttyUSB0, devices: [{{id: meter, profile: carlo_gavazzi_em340, asset: qe-1}}]}}]
"""


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "site.yaml").write_text(_SITE.format(folder=tmp_path))
    return tmp_path / "site.yaml"


def test_it_is_red_says_why_and_is_kept_without_a_signature(site: Path, tmp_path: Path) -> None:
    done = gateway("provision", "report", site)
    assert done.exit_code == 1
    assert "devices: 1, lines: 1; not signed: no identity\n" in done.output
    assert done.output.endswith("the gateway does not run: start it with 'systemctl start street-gateway'\nred: not finished\n")
    assert len(list((tmp_path / "reports").iterdir())) == 1


def test_in_italian_everything_is(site: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    done = CliRunner().invoke(main, ["provision", "report", str(site), "--html", str(page)], env={"LANG": "it_IT.UTF-8", "LC_ALL": ""})
    assert "rosso: non terminato\n" in done.output
    assert "Rapporto di installazione" in page.read_text()


def test_json_is_the_signed_report_alone(site: Path) -> None:
    done = gateway("provision", "report", site, "--json", "--role", "maintainer")
    assert msgspec.json.decode(done.stdout_bytes, type=SignedReport).report.role == "maintainer"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "write a site file, or '--verify' and a report"),
        (["--verify", "report.json"], "add '--ca authority.pem', the site's authority"),
        (["--verify", "report.json", "--ca", "site.yaml"], "report.json: nobody has signed it"),
        (["--verify", "site.yaml", "--ca", "site.yaml"], "site.yaml: it is no report"),
    ],
)
def test_what_can_t_be_verified_is_one_sentence(words: list[str], sentence: str, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(site.parent)
    Path("report.json").write_bytes(msgspec.json.encode(SignedReport(report())))
    done = gateway("provision", "report", *words)
    assert (done.exit_code, sentence in done.output, done.output.count("\n")) == (1, True, 1)


def test_a_photo_is_kept_without_its_position_and_is_part_of_page_and_json(site: Path, tmp_path: Path) -> None:
    (tmp_path / "panel.jpg").write_bytes(jpeg(before=EXIF))
    page = tmp_path / "page.html"
    done = gateway("provision", "report", site, "--photo", tmp_path / "panel.jpg", "--html", page, "--json")
    photo = msgspec.json.decode(done.stdout_bytes, type=SignedReport).report.photo
    assert photo is not None
    assert (tmp_path / "reports" / f"{photo.sha256}.jpg").read_bytes() == jpeg(before=b"")
    assert "<img src=" in page.read_text()


def test_a_file_that_is_no_photo_ends_with_a_sentence_and_no_report(site: Path, tmp_path: Path) -> None:
    done = gateway("provision", "report", site, "--photo", site)
    assert (done.exit_code, done.output) == (1, f"gateway: {site}: it is no JPEG\n")
    assert not (tmp_path / "reports").exists()
