"""A tap shows what passes, and changes nothing."""

from collections.abc import Callable

import pytest

from gateway.fieldbus.wire.port import WireError
from gateway.fieldbus.wire.tap import TappedWire, WireTap


class Loop:
    """A wire that returns what is sent."""

    def __init__(self) -> None:
        self.is_open = False
        self.on_lost: Callable[[str], None] = lambda _: None

    async def open(self, on_bytes: Callable[[bytes], None], on_lost: Callable[[str], None]) -> None:
        self.is_open, self._on_bytes, self.on_lost = True, on_bytes, on_lost

    def write(self, data: bytes) -> None:
        if not self.is_open:
            raise WireError("closed")
        self._on_bytes(data[::-1])

    def close(self) -> None:
        self.is_open = False


class Watcher:
    def __init__(self) -> None:
        self.seen: list[tuple[str, bytes]] = []

    def sent(self, data: bytes) -> None:
        self.seen.append(("sent", data))

    def received(self, data: bytes) -> None:
        self.seen.append(("received", data))


async def test_watchers_see_both_directions_from_when_they_are_added_until_they_are_removed() -> None:
    inner, tap, received, lost = Loop(), WireTap(), list[bytes](), list[str]()
    wire = TappedWire(inner, tap)
    await wire.open(received.append, lost.append)
    one, other = Watcher(), Watcher()
    wire.write(b"ab")
    tap.add(one)
    wire.write(b"cd")
    tap.add(other)
    wire.write(b"ef")
    tap.remove(one)
    wire.write(b"gh")
    tap.remove(other)
    wire.write(b"ij")
    assert received == [b"ba", b"dc", b"fe", b"hg", b"ji"]
    assert one.seen == [("sent", b"cd"), ("received", b"dc"), ("sent", b"ef"), ("received", b"fe")]
    assert other.seen == [("sent", b"ef"), ("received", b"fe"), ("sent", b"gh"), ("received", b"hg")]
    inner.on_lost("unplugged")
    assert lost == ["unplugged"]


async def test_a_tapped_wire_fails_and_closes_as_the_wire_does() -> None:
    inner = Loop()
    wire = TappedWire(inner, WireTap())
    with pytest.raises(WireError, match="closed"):
        wire.write(b"a")
    await wire.open(lambda _: None, lambda _: None)
    assert inner.is_open
    wire.close()
    assert not inner.is_open
