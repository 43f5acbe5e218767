"""`gateway trust enrol`."""

import re
from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from gateway.host import clock
from gateway.host.checks.certificates import tls_findings
from gateway.trust import openssl
from tests.trust.broker import gateway

USER = "prato-citelum-gw-1"


def enrol(folder: Path, *words: str | Path) -> str:
    done = gateway("trust", "enrol", *words, "--folder", folder / "gateway")
    assert done.exit_code == 0, done.output
    return done.output


def answer(authority: Path, folder: Path) -> Path:
    done = gateway("trust", "issue", authority, folder / "request.json", "--out", folder / "answer.json")
    assert done.exit_code == 0, done.output
    return folder / "answer.json"


def test_a_typed_code_leads_to_the_same_as_a_file(authority: Path, tmp_path: Path) -> None:
    code = gateway("trust", "invite", authority, USER).output.split()[0]
    said = enrol(tmp_path, "--user", USER, "--code", code.lower().replace("-", " "), "--out", tmp_path / "request.json")
    assert said == f"written: {tmp_path}/request.json\nnext, at the centre: gateway trust issue AUTHORITY request.json --out answer.json\n"
    enrol(tmp_path, answer(authority, tmp_path))
    assert openssl.common_name((tmp_path / "gateway" / "identity.pem").read_bytes()) == USER


def test_the_printed_lines_of_the_site_file_are_right(authority: Path, tmp_path: Path) -> None:
    gateway("trust", "invite", authority, USER, "--out", tmp_path / "invitation.json")
    enrol(tmp_path, tmp_path / "invitation.json", "--out", tmp_path / "request.json")
    found = re.search(r"'uplink: \{(tls: .*)\}' in the site file", enrol(tmp_path, answer(authority, tmp_path)))
    assert found
    head = "site: prato\noperator: citelum\ngateway: gw-1\n"
    line = "lines: [{id: l, serial: /dev/ttyS0, devices: [{id: meter, profile: carlo_gavazzi_em340, asset: qe-1}]}]\n"
    (tmp_path / "site.yaml").write_text(f'{head}uplink: {{broker: "mqtts://broker.example:8883", {found[1]}}}\n{line}')
    uplink = load_site(tmp_path / "site.yaml").site.uplink
    assert uplink is not None
    assert list(tls_findings("uplink.tls", uplink.tls, clock.now_ms())) == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "add the file of an invitation or of an answer, or '--user …' and '--code …'"),
        (["--user", USER], "add the file of an invitation"),
        (["--user", USER, "--code", "1234"], "'1234' is no code: it has four groups of five letters and digits"),
        (["--user", USER, "--code", "4F7QA-0KX9P-ZZ2TM-81WEC"], "where does the request go? Add '--out request.json'"),
        (["invitation.json", "--code", "4F7QA-0KX9P-ZZ2TM-81WEC"], "leave out the file, or --user and --code"),
        (["request.json"], "is a request: bring it to the centre, for 'gateway trust issue'"),
        (["answer.json"], "waits for an answer: 'gateway trust enrol' with an invitation makes one"),
    ],
)
def test_what_does_not_fit_is_said_with_what_to_do(
    words: list[str], sentence: str, authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    gateway("trust", "invite", authority, USER, "--out", "invitation.json")
    enrol(tmp_path, "invitation.json", "--out", "request.json")
    answer(authority, tmp_path)
    done = gateway("trust", "enrol", *words, "--folder", tmp_path / "other")
    assert (done.exit_code, sentence in done.output, done.output.count("\n")) == (1, True, 1)
    assert not (tmp_path / "other").exists()


def test_a_technician_who_reads_italian_does(authority: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "it_IT.UTF-8")
    gateway("trust", "invite", authority, USER, "--out", tmp_path / "invitation.json")
    said = enrol(tmp_path, tmp_path / "invitation.json", "--out", tmp_path / "request.json")
    assert said.startswith("scritto: ")
    again = gateway("trust", "enrol", answer(authority, tmp_path), "--folder", tmp_path / "other")
    assert (again.exit_code, "attende una risposta: ne crea una 'gateway trust enrol' con un invito" in again.output) == (1, True)
