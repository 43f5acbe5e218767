"""Makes paho's clients: identity, will, TLS, login, session."""

import contextlib
import hashlib
import logging
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from gateway.host.files import SecretError, check_secret, read_secret
from gateway.host.mqtt.addresses import Addresses
from gateway.host.mqtt.receiving import ReceivingClient
from gateway.host.mqtt.types import Broker, SessionTerms, Will
from gateway.model.site.connection import TlsSettings

log = logging.getLogger(__name__)

KEEP_ALIVE_S = 30
OPEN_SHARE = "$share/central/"
"""The prefix of shared subscriptions of clients without a password."""

_ALERT_BYTES = 1024
"""More than the broker sends before an alert that refuses the client's certificate: nothing, in TLS 1.3."""

_IN_FLIGHT = 20
"""No client honours the broker's receive maximum, and 20 is the smallest default among brokers."""


class Connector:
    """Makes clients for one broker under one client id.

    Raises:
        SecretError: The file of a password or a certificate can't be used.
    """

    def __init__(self, broker: Broker, client_id: str, will: Will | None, terms: SessionTerms) -> None:
        self.broker, self._client_id, self.will = broker, client_id, will
        self.terms, self._addresses = terms, Addresses(broker.urls)
        self._password, self._tls = _read_files(broker)
        self._certificate = _OwnCertificate(broker.tls, self._tls)

    @property
    def url(self) -> str:
        """The address that was tried last."""
        return self._addresses.current.url

    @property
    def share(self) -> str:
        """The prefix of shared subscriptions: `$share/` and a group.

        Mosquitto lets every client join a group whose name it knows, and what is delivered to a client that may not read it is lost. So the
        group follows from the password, if there is one: only clients with the same login know it.
        """
        if self._password is None:
            return OPEN_SHARE
        return f"$share/{hashlib.blake2b(self._password.encode(), digest_size=16, person=b'share').hexdigest()}/"

    def client(self, version: MQTTProtocolVersion) -> ReceivingClient:
        """Return a client that has the broker's addresses, is not connected yet and has no callbacks."""
        client = _Client(
            self._addresses,
            self._certificate,
            self._client_id,
            clean_session=None if version is MQTTProtocolVersion.MQTTv5 else self.terms.expiry_s == 0,
            protocol=version,
            manual_ack=self.terms.manual_ack,
            reconnect_on_failure=False,  # or paho would go down to MQTT 3.1 by itself, and connect on the event loop
        )
        client.max_inflight_messages_set(_IN_FLIGHT)
        if self.will is not None:
            client.will_set(self.will.topic, self.will.payload, qos=1, retain=True)
        if self._tls is not None:
            client.tls_set_context(self._tls)
        if self.broker.login is not None:
            client.username_pw_set(self.broker.login.user, self._password)
        self._prepare(client, version)
        return client

    def _prepare(self, client: paho.Client, version: MQTTProtocolVersion) -> None:
        """Give a client the properties of its sessions."""
        options: dict[str, Any] = {}
        if version is MQTTProtocolVersion.MQTTv5:
            properties = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
            properties.MaximumPacketSize = self.terms.max_packet_bytes
            if self.terms.expiry_s:
                properties.SessionExpiryInterval = self.terms.expiry_s
            options = {"clean_start": self.terms.expiry_s == 0, "properties": properties}
        client.connect_async(self._addresses.current.host, self._addresses.current.port, KEEP_ALIVE_S, **options)


class _Client(ReceivingClient):
    """A client that tries the next address at each attempt to connect."""

    def __init__(self, addresses: Addresses, certificate: "_OwnCertificate", client_id: str, **options: Any) -> None:  # noqa: ANN401 — paho's
        super().__init__(CallbackAPIVersion.VERSION2, client_id, **options)
        self._addresses, self._certificate = addresses, certificate

    def reconnect(self) -> MQTTErrorCode:
        """Connect to the next address."""
        self._certificate.refresh()
        address = self._addresses.advance()
        self._host, self._port = address.host, address.port
        return super().reconnect()

    def _sock_send(self, buf: bytes | bytearray) -> int:
        """Send. If the broker has ended the connection, raise the reason that it gave, which waits to be read, if it gave one."""
        try:
            return super()._sock_send(buf)
        except BlockingIOError:
            raise
        except OSError:
            if isinstance(self._sock, ssl.SSLSocket):
                with contextlib.suppress(ssl.SSLWantReadError):
                    self._sock.recv(_ALERT_BYTES)
            raise

    def _ssl_wrap_socket(self, tcp_sock: socket.socket) -> ssl.SSLSocket:
        """Begin TLS on a connection, and close it if that fails: paho leaves it to the garbage collector."""
        context: ssl.SSLContext = self._ssl_context  # type: ignore[assignment]  # set, or there would be no TLS
        wrapped = context.wrap_socket(tcp_sock, server_hostname=self._host, do_handshake_on_connect=False)
        try:
            wrapped.settimeout(self._connect_timeout)
            wrapped.do_handshake()
        except OSError:
            wrapped.close()
            raise
        return wrapped


class _OwnCertificate:
    """The client certificate of a connection, which may be renewed while it is in use: the next connection then has the new one."""

    def __init__(self, tls: TlsSettings, context: ssl.SSLContext | None) -> None:
        self._tls, self._context = tls, context
        self._loaded = self._version()

    def refresh(self) -> None:
        """Read the certificate again if its file was replaced. One that can't be read is not taken into use."""
        version = self._version()
        if version == self._loaded or self._context is None or self._tls.cert is None:
            return
        self._loaded = version
        try:
            _load_own(self._context, self._tls.cert, self._tls.key)
        except SecretError as error:
            log.warning("the new client certificate is not used: %s", error)

    def _version(self) -> tuple[int, int] | None:
        """Return what changes when the file is replaced; None if there is none."""
        try:
            found = os.stat(self._tls.cert) if self._tls.cert is not None else None  # noqa: PTH116 — a text, not a path
        except OSError:
            return None
        return None if found is None else (found.st_ino, found.st_mtime_ns)


def check_files(broker: Broker) -> None:
    """Check the files of a connection without making one.

    Raises:
        SecretError: The file of a password, key or certificate can't be used.
    """
    _read_files(broker)


def _read_files(broker: Broker) -> tuple[str | None, ssl.SSLContext | None]:
    password = read_secret(broker.login.password_file) if broker.login else None
    return password, tls_context(broker.tls) if Addresses(broker.urls).current.tls else None


def tls_context(tls: TlsSettings) -> ssl.SSLContext:
    """Return the context of TLS connections to a broker.

    Raises:
        SecretError: A file can't be used.
    """
    if tls.cert is not None:
        check_secret(Path(tls.key or tls.cert))
    context = ssl.create_default_context()
    try:
        if tls.ca is not None:
            context = ssl.create_default_context(cafile=tls.ca)
    except OSError as error:
        raise _unusable(error, tls.ca) from error
    if tls.cert is not None:
        _load_own(context, tls.cert, tls.key)
    return context


def _load_own(context: ssl.SSLContext, cert: str, key: str | None) -> None:
    check_secret(Path(key or cert))
    try:
        context.load_cert_chain(cert, key)
    except OSError as error:
        raise _unusable(error, cert, key) from error


def _unusable(error: OSError, *files: str | None) -> SecretError:
    given = [file for file in files if file]
    unreadable = [file for file in given if not os.access(file, os.R_OK, effective_ids=True)]
    why = error.reason if isinstance(error, ssl.SSLError) and error.reason else error.strerror or str(error)
    named = " or ".join(unreadable or given)
    return SecretError(f"the TLS files can't be used ({why}): check {named}")
