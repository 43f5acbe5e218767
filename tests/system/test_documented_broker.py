"""What docs/broker.md and docs/city.md say to type makes certificates that strict clients accept, and a subscriber over TLS."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.model.topics import GatewayId
from tests.hostile.broker import CENTRE_USER, EXAMPLE_READER, password_of, shipped_mosquitto
from tests.hostile.client import Client
from tests.readme.blocks import ROOT, Command, Section, steps_of

pytestmark = pytest.mark.system

TOPIC = "prato/v1/citelum/city/lamp/pl-0001"


def documented_certificates(folder: Path, name: str = "broker.example") -> None:
    """Make authority and certificate with the commands of docs/broker.md, for another name of the broker."""
    commands = [
        one.text
        for one in steps_of(Section("docs/broker.md", "Set it up"))
        if isinstance(one, Command) and one.text.startswith("openssl req")
    ]
    assert len(commands) == 2
    for command in commands:
        subprocess.run(["bash", "-c", command.replace("DNS:broker.example", f"DNS:{name}")], cwd=folder, check=True, capture_output=True)


def test_the_documented_certificates_pass_the_strictest_check_under_the_brokers_name_alone(tmp_path: Path) -> None:
    documented_certificates(tmp_path)
    verify = ["openssl", "verify", "-x509_strict", "-CAfile", "ca.pem", "-purpose", "sslserver", "-verify_hostname"]
    assert subprocess.run([*verify, "broker.example", "broker.pem"], cwd=tmp_path, capture_output=True, check=False).returncode == 0
    assert subprocess.run([*verify, "other.example", "broker.pem"], cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_the_documented_subscriber_reads_the_city_plane_over_tls_with_its_own_login(tmp_path: Path) -> None:
    documented_certificates(tmp_path, "localhost")
    tls = tmp_path / "tls"
    tls.mkdir()
    for name in ("broker.pem", "broker.key"):
        shutil.copy(tmp_path / name, tls / name)
    process, ports = shipped_mosquitto(tmp_path, [GatewayId("prato", "citelum", "gw-0042")], tls)
    found = re.search(r"```python\n(.*?)```", (ROOT / "docs" / "city.md").read_text(), re.DOTALL)
    example = re.search(r"```json\n(.*?)```", (ROOT / "docs" / "city.md").read_text(), re.DOTALL)
    assert found
    assert example
    (tmp_path / "subscriber.py").write_text(found[1])
    (tmp_path / "password").write_text(password_of(EXAMPLE_READER) + "\n")
    centre = Client(ports.centre, CENTRE_USER).ready()
    centre.publish(TOPIC, example[1].encode(), retain=True)
    words = [sys.executable, "subscriber.py", "localhost", str(ports.gateways), "ca.pem", EXAMPLE_READER, "password"]
    with subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as subscriber:
        assert subscriber.stdout is not None
        lines = [subscriber.stdout.readline() for _ in range(3)]
        subscriber.terminate()
    assert lines == [
        "pl-0001 dali-1 dim_level 70 %\n",
        "pl-0001 dali-1 lamp_failure False \n",
        "pl-0001 dali-1 active_power BadTimeout W\n",
    ]
    (tmp_path / "password").write_text("wrong")
    refused = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False)
    assert refused.stderr == "the broker refuses the connection: Not authorized\n"
    centre.close()
    process.stop()
