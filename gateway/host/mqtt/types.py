"""What the users of a connection see: the broker's address, messages, the will."""

from typing import NamedTuple

import msgspec

from gateway.model.site import LoginSettings, TlsSettings


class Broker(NamedTuple):
    """The address of a broker, and the credentials for it."""

    url: str
    tls: TlsSettings = TlsSettings()
    login: LoginSettings | None = None


class Message(msgspec.Struct, frozen=True, gc=False):
    """A received message; `mid` and `session` are for its acknowledgement."""

    topic: str
    payload: bytes
    retained: bool
    mid: int
    session: int


class Will(NamedTuple):
    """The retained message that the broker publishes for a client that vanishes."""

    topic: str
    payload: bytes


class SessionTerms(NamedTuple):
    """Who acknowledges messages, how long the broker keeps the session without a connection, the largest packet that it may send."""

    manual_ack: bool
    expiry_s: int
    max_packet_bytes: int
