"""What the users of a connection see: the broker's address, messages, the will."""

from typing import NamedTuple

import msgspec

from gateway.model.site.connection import LoginSettings, TlsSettings


class Broker(NamedTuple):
    """The address of a broker, or those of its nodes, and the credentials for it."""

    address: str | tuple[str, ...]
    tls: TlsSettings = TlsSettings()
    login: LoginSettings | None = None

    @property
    def urls(self) -> tuple[str, ...]:
        """The addresses of the broker's nodes."""
        return (self.address,) if isinstance(self.address, str) else self.address

    @property
    def url(self) -> str:
        """All addresses, as messages name them."""
        return ", ".join(self.urls)


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
