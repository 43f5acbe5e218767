"""Facts from the network: a folder stands for /sys and /proc, brokers are real servers."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.doctor.probes import network
from gateway.doctor.rules.network import BrokerFacts, LinkFacts
from tests.doctor.probes.test_kernel import write
from tests.host.checks.test_site import site_of
from tests.system.certificates import certificates

LINES = [{"id": "l", "tcp": "127.0.0.1:502", "devices": [{"id": "d", "profile": "p"}]}]


def test_interfaces_have_a_link_or_not_or_do_not_say(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        {
            "sys/class/net/lo/carrier": "1\n",
            "sys/class/net/docker0/carrier": "1\n",
            "sys/class/net/xeth0/carrier": "1\n",
            "sys/class/net/xeth1/operstate": "down\n",
            "sys/class/net/xwwan0/operstate": "unknown\n",
            "proc/net/if_inet6": (
                "fe800000000000000000000000000001 02 40 20 80    xeth0\n20010db8000000000000000000000007 02 40 00 80    xeth0\n"
            ),
        },
    )
    assert network.links(root) == [LinkFacts("xeth0", True, ("2001:db8::7",)), LinkFacts("xeth1", False, ()), LinkFacts("xwwan0", None, ())]


def test_the_address_of_a_real_interface_is_found(tmp_path: Path) -> None:
    assert network._addresses(tmp_path, "lo") == ["127.0.0.1"]


HEAD = "Iface Destination Gateway Flags\n"


@pytest.mark.parametrize(
    ("files", "routed"),
    [
        ({"proc/net/route": HEAD + "eth0 00000000 0100A8C0 0003\n"}, True),
        ({"proc/net/route": HEAD + "eth0 0000A8C0 00000000 0001\n"}, False),
        ({"proc/net/ipv6_route": f"{'0' * 32} 00 {'0' * 32} 00 fe80 1 2 3 4 eth0\n"}, True),
        ({"proc/net/ipv6_route": f"{'0' * 32} 00 {'0' * 32} 00 fe80 1 2 3 4 lo\n"}, False),
        ({}, False),
    ],
)
def test_a_default_route_of_either_protocol_leads_out(tmp_path: Path, files: dict[str, str], routed: bool) -> None:
    assert network.routed(write(tmp_path, files)) is routed


def test_names_without_an_address_are_told() -> None:
    assert network.names(site_of({})) is None
    assert network.names(site_of({"uplink": {"broker": "mqtt://localhost:1"}, "lines": LINES})) == {}
    assert network.names(site_of({"uplink": {"broker": "mqtts://no-such-name.invalid:1"}, "lines": LINES})) != {}


@contextlib.contextmanager
def server(context: ssl.SSLContext | None = None, *, closes: bool = False) -> Iterator[int]:
    """Run a server that accepts one connection, and its TLS, and then waits for the client, as a broker does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with contextlib.suppress(OSError):
                accepted, _ = listener.accept()
                with accepted, contextlib.ExitStack() as until_end:
                    secured = until_end.enter_context(context.wrap_socket(accepted, server_side=True)) if context else accepted
                    if not closes:
                        secured.recv(1)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(30)


def test_a_broker_without_tls_is_reached_or_not() -> None:
    with server() as port:
        assert network.brokers(site_of({"uplink": {"broker": f"mqtt://127.0.0.1:{port}"}})) == [
            BrokerFacts(f"mqtt://127.0.0.1:{port}", False, None, None)
        ]
    assert network.brokers(site_of({"uplink": {"broker": f"mqtt://127.0.0.1:{port}"}}))[0].no_connection == "Connection refused"
    assert network.brokers(site_of({})) == []


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tls")
    certificates(made)
    return made


def context_of(folder: Path, *, clients: bool = True) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    context.verify_mode = ssl.CERT_REQUIRED if clients else ssl.CERT_NONE
    return context


def tls_of(folder: Path, port: int, **changed: str | None) -> str | None:
    tls = {"ca": str(folder / "ca.pem"), "cert": str(folder / "client.pem"), "key": str(folder / "client.key")} | changed
    found = network.brokers(site_of({"uplink": {"broker": f"mqtts://127.0.0.1:{port}", "tls": tls}}))
    assert found[0].no_connection is None
    return found[0].no_tls


def test_broker_and_gateway_that_accept_each_other_have_tls(folder: Path) -> None:
    with server(context_of(folder)) as port:
        assert tls_of(folder, port) is None


def test_a_broker_of_another_authority_is_refused(folder: Path) -> None:
    with server(context_of(folder)) as port:
        assert "certificate" in (tls_of(folder, port, ca=None) or "")


def test_a_broker_refuses_a_gateway_without_a_certificate_after_the_handshake(folder: Path) -> None:
    with server(context_of(folder)) as port:
        assert "certificate required" in (tls_of(folder, port, cert=None, key=None) or "")


def test_a_broker_that_hangs_up_or_speaks_no_tls_is_told(folder: Path) -> None:
    with server(context_of(folder, clients=False), closes=True) as port:
        assert tls_of(folder, port) is not None
    with server(closes=True) as port:
        assert tls_of(folder, port) is not None


def test_a_key_that_others_can_read_is_told(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes((folder / "client.key").read_bytes())
    (tmp_path / "key").chmod(0o644)
    with server(context_of(folder)) as port:
        assert "chmod 600" in (tls_of(folder, port, key=str(tmp_path / "key")) or "")
