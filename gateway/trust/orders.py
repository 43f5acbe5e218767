"""Configurations that the centre sends, signed by the site's authority and checked with its certificate."""

import io

import zstandard

from gateway.config.text_file import SIZE_LIMIT_BYTES
from gateway.model.messages import ConfigurationOrder
from gateway.trust import openssl
from gateway.trust.authority import Authority, TrustError

_MOST_BYTES = 47_000
"""Of a compressed text: with it, a message stays below the 64 KiB that a gateway reads."""


class OrderRefused(Exception):
    """An order can't be followed; the message says why."""


def signed_order(authority: Authority, user: str, number: int, text: str, *, apply: bool) -> ConfigurationOrder:
    """Return an order for a gateway, by its user at the broker.

    Raises:
        TrustError: The text is too large.
        OpensslError: openssl failed.
        OSError: The authority's key can't be read.
    """
    packed = zstandard.ZstdCompressor(level=19).compress(text.encode())
    if len(packed) > _MOST_BYTES:
        raise TrustError(
            f"the configuration has {len(packed)} bytes, compressed; more than {_MOST_BYTES} can't be sent",
            f"la configurazione occupa {len(packed)} byte compressi; non se ne possono inviare più di {_MOST_BYTES}",
        )
    order = ConfigurationOrder(number, "apply" if apply else "check", packed, b"")
    order.signature = authority.sign(to_sign(user, order))
    return order


def to_sign(user: str, order: ConfigurationOrder) -> bytes:
    """Return what is signed."""
    return b"\0".join((b"configuration", user.encode(), str(order.number).encode(), order.action.encode(), order.text))


def text_of(order: ConfigurationOrder, user: str, authority: bytes) -> str:
    """Return the text of an order that the authority (its certificate, PEM) has signed for a gateway.

    Raises:
        OrderRefused: It is not signed, or for another gateway, or damaged.
        OpensslError: openssl is missing, or the certificate is damaged.
    """
    if not openssl.is_signature(openssl.certified_key(authority), to_sign(user, order), order.signature):
        raise OrderRefused("the order is not signed by the site's authority for this gateway")
    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 23).stream_reader(io.BytesIO(order.text)) as reader:
            found = reader.read(SIZE_LIMIT_BYTES + 1)
        if len(found) > SIZE_LIMIT_BYTES:
            raise OrderRefused("the configuration is larger than 4 MiB")
        return found.decode()
    except (zstandard.ZstdError, UnicodeDecodeError) as error:
        raise OrderRefused(f"the text of the order is damaged: {error}") from error
