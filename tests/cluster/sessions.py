"""Sessions that move from one node to another, with the messages that wait in them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import product

from gateway.model import topics
from tests.cluster.comparison import Difference
from tests.cluster.probe import Delivered, Probe
from tests.hostile.broker import CENTRE_USER, SITE

_CONNECTED, _ACKNOWLEDGED, _AWAY = 100, 40, 700
"""Messages sent while the client is connected; of these those that it acknowledges; messages sent while it is away, more than fit into the
500 in flight."""

_EXPIRY_S = 60
_ENDS = {"was closed": Probe.vanish, "is half open": Probe.freeze}
_SHARES = {"": "", ", shared": "$share/moved/"}


def moved_sessions(urls: Sequence[str]) -> Iterator[tuple[str, Difference]]:
    """Yield what became of the messages of each kind of session. It begins at the first of three nodes and is resumed at the second, while
    messages come from the third. A message that is delivered twice after that, or though it was acknowledged before, is an unknown value.
    """
    for (number, end), share in product(enumerate(_ENDS), _SHARES):
        topic = topics.city(SITE, "operator-0", "moved", f"session-{number}-{len(share)}")
        yield f"a session moves, its connection {end}{share}", _move(urls, topic, _SHARES[share], end)


def _move(urls: Sequence[str], topic: str, share: str, end: str) -> Difference:
    here, there, elsewhere = urls
    client_id = f"moved-{topic.rpartition('/')[2]}"
    sender = Probe(elsewhere, CENTRE_USER, f"{client_id}-sender")
    old = Probe(here, CENTRE_USER, client_id, expiry_s=_EXPIRY_S, holds=True)
    old.subscribe(share + topic)
    numbers = [str(number).encode() for number in range(_CONNECTED + _AWAY)]
    sender.publish(topic, *numbers[:_CONNECTED])
    assert old.wait(lambda: len(old.received) == _CONNECTED), f"{here} does not deliver what {elsewhere} got"
    done = old.received[:_ACKNOWLEDGED]
    old.acknowledge(done)
    old.subscribe(f"{topic}-nothing")
    _ENDS[end](old)
    sender.publish(topic, *numbers[_CONNECTED:])
    new = Probe(there, CENTRE_USER, client_id, expiry_s=_EXPIRY_S)
    new.wait(lambda: len({one.payload for one in new.received}) >= len(numbers) - len(done))
    sender.publish(topic, b"last")
    new.wait(lambda: any(one.payload == b"last" for one in new.received))
    for one in (old, new, sender):
        one.close()
    return difference(numbers, done, [one for one in new.received if one.payload != b"last"])


def difference(sent: Sequence[bytes], acknowledged: Iterable[Delivered], resumed: Iterable[Delivered]) -> Difference:
    """Compare what was sent with what was acknowledged in an old session and delivered in the resumed one."""
    times = Counter(one.payload for one in (*acknowledged, *resumed))
    extra = sum(count - 1 for count in times.values()) + len(times.keys() - set(sent))
    return Difference(len(sent), len(set(sent) - times.keys()), 0, extra)
