"""The report of a gateway that runs: at first everything works, then its line is gone."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.host import clock
from gateway.model.stream import unpack_document
from tests.hostile.broker import CENTRE_USER
from tests.hostile.client import Client
from tests.provision.report.pictures import EXIF, jpeg
from tests.system.servers import Process, free_port, gateway, wait_until
from tests.system.test_site_with_certificates import meter
from tests.trust.broker import SiteAuthority, SiteBroker
from tests.trust.broker import gateway as command

pytestmark = pytest.mark.system

USER = "prato-citelum-gw-1"


@pytest.fixture
def running() -> Iterator[list[Process]]:
    processes: list[Process] = []
    yield processes
    for process in reversed(processes):
        process.stop()


def site_of(folder: Path, broker: SiteBroker, identity: Path, port: str) -> Path:
    tls = {"ca": str(identity.with_name("authority.pem")), "cert": str(identity), "key": str(identity)}
    site = {
        "site": "prato", "operator": "citelum", "gateway": "gw-1", "listen": f"127.0.0.1:{free_port()}",
        "uplink": {"broker": f"mqtts://127.0.0.1:{broker.tls}", "tls": tls, "flush": "1s", "clock_wait": "0s", "confirm": "broker"},
        "journal": {"path": str(folder / "journal.sqlite")},
        "assets": {"qe-1": {"name": "Quadro di via Roma", "lat": 43.88, "lon": 11.09}},
        "lines": [
            {"id": "l", "serial": port, "baud": 9600, "timeout": "3s", "silent_share": 50, "devices": [{"id": "meter", "profile": "carlo_gavazzi_em340", "unit": 5, "asset": "qe-1", "every": "1s"}]}
        ],
    }  # fmt: skip
    path = folder / "gw-1.yaml"
    path.write_text(json.dumps(site))
    return path


def answered(site: Path) -> int:
    """Return how many requests the meter has answered."""
    with urllib.request.urlopen(f"http://{json.loads(site.read_text())['listen']}/lines", timeout=60) as answer:
        return int(json.load(answer)["lines"][0]["devices"][0]["answered"])


def test_it_is_green_signed_and_verified_and_red_when_the_line_is_gone(
    tmp_path: Path, running: list[Process], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "is_synchronised", lambda: True)
    broker = SiteBroker(tmp_path, {"gateways": {"citelum": ["gw-1"]}})
    authority = SiteAuthority(tmp_path / "authority", broker)
    broker.start()
    assert broker.process is not None
    street, port = meter(tmp_path)
    running += [broker.process, street]
    site = site_of(tmp_path, broker, authority.identity(USER), port)
    running.append(gateway("edge", tmp_path, "run", str(site)))
    running[-1].wait_for("connected to")
    (tmp_path / "panel.jpg").write_bytes(jpeg(before=EXIF))
    (tmp_path / "other.jpg").write_bytes(jpeg(640, 480))
    words: list[str | Path] = ["provision", "report", site, "--html", tmp_path / "green.html", "--language", "it"]
    words += ["--photo", tmp_path / "panel.jpg"]
    wait_until("the meter", lambda: answered(site) > 0)
    wait_until("a green report", lambda: command(*words).exit_code == 0)
    green = command(*words).output
    assert "devices: 1, lines: 1; signed by prato-citelum-gw-1\n" in green
    kept = green.splitlines()[0].removeprefix("kept: ")
    verified = command("provision", "report", "--verify", kept, "--ca", authority.folder / "authority.pem")
    assert (verified.exit_code, "green: everything works" in verified.output) == (0, True)
    of_photo: list[str | Path] = ["provision", "report", "--verify", kept, "--ca", authority.folder / "authority.pem", "--photo"]
    assert command(*of_photo, tmp_path / "panel.jpg").exit_code == 0
    assert "its photo is another one" in command(*of_photo, tmp_path / "other.jpg").output
    sent = Client(broker.plain, CENTRE_USER).ready()
    sent.subscribe("prato/v1/citelum/gw/gw-1/report")
    newest = Path(kept).read_bytes()
    wait_until("the report at the broker", lambda: newest in [unpack_document(payload, 1 << 20) for _, payload, _ in sent.received])
    sent.close()
    page = (tmp_path / "green.html").read_text()
    assert "Quadro di via Roma" in page
    assert "voltage_l1" in page
    assert "data:image/jpeg;base64," in page
    street.kill_9()
    words[4] = tmp_path / "red.html"
    wait_until("a red report", lambda: "line l does not work: check that " in command(*words).output)
    assert "Non terminato" in (tmp_path / "red.html").read_text()
