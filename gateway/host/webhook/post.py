"""Posts a signed message to a webhook over HTTP, and makes other requests under the same rules."""

import contextlib
import http.client
import socket
import ssl
import threading
from collections.abc import Container, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from gateway.host import clock
from gateway.host.webhook.errors import NotDelivered
from gateway.host.webhook.signature import signed_headers

_TIMEOUT_S = 20.0
_LONGEST_S = 60.0
"""Of the whole exchange: a receiver that sends a byte now and then holds a thread no longer."""

_ANSWER_LIMIT_BYTES = 1000
_SUCCESS = range(200, 300)
_FINAL = (207, 400, 410, 413, 415, 422)
"""What says that this message will not be accepted: 207, where it is no success, that a part of it was not. Other errors may end: a wrong
path or secret is corrected, a server is repaired."""


class Receiver(NamedTuple):
    """Where messages are posted to.

    Attributes:
        url: `https://`, or `http://` on this machine.
        ca: The file of the authorities to trust; by default, the system's.
        private: Whether it may be in a private network, or on this machine by another name than `localhost` or a loopback address.
    """

    url: str
    ca: str | None = None
    private: bool = False


def post(receiver: Receiver, key: bytes, message_id: str, body: bytes, more_headers: Mapping[str, str] | None = None) -> str:
    """Post a message, and return the sentence with which it was accepted.

    Args:
        receiver: Where to.
        key: The key of its secret.
        message_id: The id of the message; a copy of it has the same.
        body: JSON.
        more_headers: Headers besides those of the signature.

    Raises:
        NotDelivered: The response was not a success, or there was none. Redirections are not followed: what is signed is for one address.
    """
    url = urlsplit(receiver.url)
    headers = {"Content-Type": "application/json", **(more_headers or {})}
    headers |= signed_headers(key, message_id, clock.now_ms() // 1000, body)
    path = (url.path or "/") + (f"?{url.query}" if url.query else "")
    status = exchange(receiver, "POST", path, body, headers)
    return f"{url.netloc} answered {status}"


def exchange(
    receiver: Receiver, method: str, path: str, body: bytes | None, headers: Mapping[str, str], accepts: Container[int] = _SUCCESS
) -> int:
    """Make a request, and return the status with which it was accepted.

    Args:
        receiver: Where to; `path` replaces the path of its address.
        method: The method of HTTP.
        path: The path and the query.
        body: What is sent, if anything.
        headers: The headers.
        accepts: The statuses of a success.

    Raises:
        NotDelivered: The response was not a success, or there was none. Redirections are not followed.
    """
    url = urlsplit(receiver.url)
    try:
        with _connection(url, receiver) as connection:
            connection.request(method, path, body, {"User-Agent": "street-gateway", **headers})
            response = connection.getresponse()
            said = response.read(_ANSWER_LIMIT_BYTES).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise NotDelivered(f"{url.netloc}: {error}") from error
    if response.status not in accepts:
        shown = said.splitlines()[0][:200] if said else response.reason
        raise NotDelivered(f"{url.netloc} answered {response.status} {shown}", is_final=response.status in _FINAL)
    return response.status


@contextlib.contextmanager
def _connection(url: SplitResult, receiver: Receiver) -> Iterator[http.client.HTTPConnection]:
    """Connect to an address that is allowed; the name is looked up once, so that it can't be another address at the connection."""
    host = url.hostname or ""
    port = url.port or (443 if url.scheme == "https" else 80)
    connection = http.client.HTTPConnection(host, url.port, timeout=_TIMEOUT_S)
    connection.sock = socket.create_connection((_address_of(host, port, receiver), port), timeout=_TIMEOUT_S)
    late = threading.Timer(_LONGEST_S, _cut, [connection])
    late.daemon = True
    late.start()
    try:
        if url.scheme == "https":
            context = ssl.create_default_context(cafile=receiver.ca)
            encrypted = context.wrap_socket(connection.sock, server_hostname=host, do_handshake_on_connect=False)
            connection.sock = encrypted
            encrypted.do_handshake()
        yield connection
    finally:
        late.cancel()
        connection.close()


def _cut(connection: http.client.HTTPConnection) -> None:
    with contextlib.suppress(OSError):
        # Not SSLSocket's own, which would take the state of TLS from the thread that reads.
        socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)


def _address_of(host: str, port: int, receiver: Receiver) -> str:
    """Return the first address of a host.

    Raises:
        OSError: It has none, or one that messages must not be sent to.
    """
    found = [str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not receiver.private and not _names_loopback(host):
        for one in found:
            address = _real(ip_address(one.partition("%")[0]))
            if not address.is_global or address.is_multicast:
                raise OSError(f"{host} is {one}, a private address; set 'private: true' for this address if that is right")
    return found[0]


def _names_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _real(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the address of IPv4 that one of IPv6 stands for: mapped, or translated (RFC 6052, RFC 3056)."""
    if isinstance(address, IPv4Address):
        return address
    if address.packed.startswith(b"\x00\x64\xff\x9b" + bytes(8)):
        return IPv4Address(address.packed[12:])
    return address.ipv4_mapped or address.sixtofour or address
