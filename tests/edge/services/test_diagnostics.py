"""The diagnostics: everything that helps, and no secret."""

import asyncio
import io
import json
import tarfile
from pathlib import Path

import yaml

from gateway.edge.services.diagnostics import site_text
from gateway.model.site.connection import LoginSettings, PageTlsSettings, TlsSettings
from gateway.model.site.pages import PageSettings
from tests.edge.edges import site_in
from tests.edge.running import running_gateway


def files_of(packed: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        found = {member.name: archive.extractfile(member) for member in archive.getmembers()}
        return {name: file.read() for name, file in found.items() if file is not None}


async def test_one_file_has_what_the_rooms_say(tmp_path: Path) -> None:
    async with running_gateway(tmp_path) as (_, local):
        packed = await asyncio.to_thread(local.download, "/api/diagnostics")
    files = files_of(packed.content)
    assert packed.file_name.startswith("gw-1-")
    assert packed.file_name.endswith(".tar.gz")
    assert set(files) == {
        f"gw-1/{name}"
        for name in (
            "state.json",
            "values.json",
            "health.json",
            "lines.json",
            "metrics.txt",
            "log.txt",
            "doctor.json",
            "site.yaml",
            "journal.json",
        )
    }
    assert json.loads(files["gw-1/state.json"])["identity"]["gateway"] == "gw-1"
    assert json.loads(files["gw-1/journal.json"])["stats"]["rejected"]["batches"] == 0
    assert len(json.loads(files["gw-1/doctor.json"])["checks"]) >= 20
    assert b"street_readings_total" in files["gw-1/metrics.txt"]


def test_the_site_has_paths_of_secrets_only_and_no_comments(tmp_path: Path) -> None:
    site = site_in(tmp_path)
    (tmp_path / "password").write_text("correct horse")
    login = LoginSettings(user="gw", password_file=str(tmp_path / "password"))
    tls = TlsSettings(cert="/id/cert.pem", key="/id/key.pem")
    site = site._replace(
        uplink=type(site.uplink)(broker="mqtts://b:8883", login=login, tls=tls),
        page=PageSettings(tls=PageTlsSettings(cert="/id/page.pem", key="/id/page.key")),
    )
    text = site_text(site)
    assert b"correct horse" not in text
    found = yaml.safe_load(text)
    assert found["uplink"]["login"]["password_file"] == str(tmp_path / "password")
    assert found["lines"][0]["devices"][0]["profile"] == "counting"
