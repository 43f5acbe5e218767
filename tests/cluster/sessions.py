"""Sessions that move from one node to another, with the messages that wait in them."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from gateway.model import topics
from tests.cluster.comparison import Difference
from tests.cluster.probe import Delivered, Probe
from tests.hostile.broker import CENTRE_USER, SITE

_CONNECTED, _ACKNOWLEDGED, _AWAY = 100, 40, 700
"""Messages sent while the client is connected; of these those that it acknowledges; messages sent while it is away, more than fit into the
500 in flight."""

_EXPIRY_S = 60


class Kind(NamedTuple):
    """A kind of session that moves: its name, how its old connection ends, and what is in front of the filter of its subscription."""

    name: str
    end: Callable[[Probe], None]
    share: str


SESSIONS = (
    Kind("session moves, connection closed", Probe.vanish, ""),
    Kind("shared session moves, connection closed", Probe.vanish, "$share/moved/"),
    Kind("session moves, connection half open", Probe.freeze, ""),
    Kind("shared session moves, connection half open", Probe.freeze, "$share/moved/"),
)


def moved(kind: Kind, urls: Sequence[str]) -> Difference:
    """Begin a session at the first of three nodes and resume it at the second, while messages come from the third.

    A message that is delivered twice after that, or though it was acknowledged before, is an unknown value.
    """
    here, there, elsewhere = urls
    topic = topics.city(SITE, "operator-0", "moved", kind.name.replace(",", "").replace(" ", "-"))
    client_id = f"moved-{topic.rpartition('/')[2]}"
    sender = Probe(elsewhere, CENTRE_USER, f"{client_id}-sender")
    old = Probe(here, CENTRE_USER, client_id, expiry_s=_EXPIRY_S, holds=True)
    old.subscribe(kind.share + topic)
    numbers = [str(number).encode() for number in range(_CONNECTED + _AWAY)]
    sender.publish(topic, *numbers[:_CONNECTED])
    assert old.wait(lambda: len(old.received) == _CONNECTED), f"{here} does not deliver what {elsewhere} got"
    done = old.received[:_ACKNOWLEDGED]
    old.acknowledge(done)
    old.subscribe(f"{topic}-nothing")
    kind.end(old)
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
