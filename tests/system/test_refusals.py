"""What is logged, and how often it is tried again, when a broker can't be reached or refuses the connection."""

import subprocess
from pathlib import Path

import pytest

from gateway.host.mqtt import Broker, Mqtt
from gateway.model.site.connection import LoginSettings, TlsSettings
from tests.system.certificates import certificates
from tests.system.peer import until
from tests.system.servers import Process, free_port, listens, mosquitto, program, wait_until

pytestmark = pytest.mark.system


def tls_broker(folder: Path) -> tuple[Process, str]:
    port = free_port()
    (folder / "mosquitto.conf").write_text(
        f"user root\nlistener {port} 127.0.0.1\ncafile {folder}/ca.pem\ncertfile {folder}/server.pem\nkeyfile {folder}/server.key\n"
        "require_certificate true\nallow_anonymous true\n"
    )
    process = Process("mosquitto", folder, program("mosquitto"), "-c", str(folder / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    return process, f"127.0.0.1:{port}"


async def refused(broker: Broker, sentence: str, caplog: pytest.LogCaptureFixture) -> None:
    """Connect until the sentence is the reason of two attempts. It must be logged once for them.

    On a busy machine a broker may close the connection before its alert is read: then there is no reason.
    """
    mqtt = Mqtt(broker, "c", on_connect=lambda: None, on_message=print)
    reasons, report = list[str](), mqtt._failures.report

    def record(reason: str) -> None:
        reasons.append(reason)
        report(reason)

    mqtt._failures.report = record  # type: ignore[method-assign]
    mqtt.start()
    await until("two attempts", lambda: reasons.count(sentence) >= 2, 60)
    assert not mqtt.state.connected
    await mqtt.stop()
    nothing = "it ended the connection without a reason"
    assert set(reasons) <= {sentence, nothing}
    warnings = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    expected = [f"can't connect to the broker {broker.url}: {reason}; retrying" for reason in (nothing, sentence)]
    assert warnings == expected[reasons[0] == sentence :]


async def test_a_broker_that_can_not_be_reached(caplog: pytest.LogCaptureFixture) -> None:
    await refused(Broker(f"mqtt://127.0.0.1:{free_port()}"), "connection refused", caplog)
    caplog.clear()
    mqtt = Mqtt(Broker("mqtt://no-such-host.invalid"), "c", on_connect=lambda: None, on_message=print)
    mqtt.start()
    await until("the reason", lambda: "no-such-host.invalid: the host name is unknown: " in caplog.text, 20)
    await mqtt.stop()


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("server expired", "the broker's certificate has expired"),
        ("server of another authority", "the authority that signed the broker's certificate is not in the file of 'tls: ca'"),
        ("server elsewhere", "the broker's certificate is for another address"),
        ("client expired", "this client's certificate has expired"),
        ("no client", "the broker requires a certificate of this client: set 'tls: cert' and 'tls: key'"),
        ("client of another authority", "the broker does not trust the authority that signed this client's certificate"),
    ],
)
async def test_a_refusal_of_tls_names_its_reason_once(what: str, sentence: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    other = tmp_path / "other"
    other.mkdir()
    certificates(other)
    certificates(tmp_path, expired=what.removesuffix(" expired"), address="192.0.2.1" if what == "server elsewhere" else "127.0.0.1")
    process, address = tls_broker(tmp_path)
    authority = other if what == "server of another authority" else tmp_path
    own = other if what == "client of another authority" else tmp_path
    tls = TlsSettings(ca=str(authority / "ca.pem"))
    if what != "no client":
        tls = TlsSettings(ca=tls.ca, cert=str(own / "client.pem"), key=str(own / "client.key"))
    await refused(Broker(f"mqtts://{address}", tls), sentence, caplog)
    process.stop()


async def test_a_broker_without_tls_is_not_spoken_to_with_it(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    process, port = mosquitto(tmp_path)
    mqtt = Mqtt(Broker(f"mqtts://127.0.0.1:{port}"), "c", on_connect=lambda: None, on_message=print)
    mqtt.start()
    await until("the reason", lambda: f"can't connect to the broker mqtts://127.0.0.1:{port}: " in caplog.text, 20)
    await mqtt.stop()
    process.stop()


async def test_a_wrong_password_is_tried_less_and_less_often(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once it was tried twice a second for ever: each refusal was taken for a protocol version that the broker does not know."""
    port = free_port()
    subprocess.run(["mosquitto_passwd", "-b", "-c", str(tmp_path / "users"), "gw-1", "secret"], check=True)
    (tmp_path / "mosquitto.conf").write_text(
        f"user root\nlistener {port} 127.0.0.1\nallow_anonymous false\npassword_file {tmp_path}/users\n"
    )
    process = Process("mosquitto", tmp_path, program("mosquitto"), "-c", str(tmp_path / "mosquitto.conf"))
    wait_until("mosquitto", lambda: listens(port))
    (tmp_path / "password").write_text("wrong")
    (tmp_path / "password").chmod(0o600)
    made: list[object] = []
    begin = Mqtt._begin

    def count(mqtt: Mqtt) -> None:
        made.append(mqtt)
        begin(mqtt)

    monkeypatch.setattr(Mqtt, "_begin", count)
    broker = Broker(f"mqtt://127.0.0.1:{port}", login=LoginSettings(user="gw-1", password_file=str(tmp_path / "password")))
    await refused(broker, "it refuses the connection: Not authorized", caplog)
    assert len(made) == 1, "paho's client waits longer after each attempt; a new one would start again from one second"
    process.stop()
