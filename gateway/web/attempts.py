"""Slows down those who guess codes. Pure: times are handed in, in seconds of a monotonic clock."""

from collections import OrderedDict
from ipaddress import ip_address
from typing import NamedTuple

_FREE = 3
"""So many wrong codes of one source cost nothing: people mistype."""

_FIRST_WAIT_S, _LONGEST_WAIT_S = 2.0, 300.0
"""The wait after the next wrong code of a source; it doubles with each."""

_FORGET_S = 3600.0
"""A source that has not failed for so long starts anew."""

_BURST, _REFILL_S = 20, 3.0
"""Wrong codes of all sources together: twenty at once, then one each three seconds, however many sources there are.

With forty bits in a code, that is one right guess in a hundred thousand years.
"""

_SOURCES_MOST = 1000


class _Failures(NamedTuple):
    times: int
    last_s: float
    next_s: float


class Attempts:
    """Decides when a source may try a code. Every attempt counts as failed until it is said to have succeeded."""

    def __init__(self) -> None:
        self._by_source: OrderedDict[str, _Failures] = OrderedDict()
        """The one that failed longest ago first."""
        self._left, self._counted_s = float(_BURST), 0.0

    def begin(self, address: str, now_s: float) -> float:
        """Count an attempt and return 0, or return how many seconds this source must wait before the next one."""
        source = source_of(address)
        failures = self._by_source.get(source, _Failures(0, now_s, now_s))
        if now_s - failures.last_s > _FORGET_S:
            failures = _Failures(0, now_s, now_s)
        self._left = min(_BURST, self._left + (now_s - self._counted_s) / _REFILL_S)
        self._counted_s = now_s
        wait_s = max(failures.next_s - now_s, (1 - self._left) * _REFILL_S)
        if wait_s > 0:
            return wait_s
        self._left -= 1
        times = failures.times + 1
        # The exponent is bounded, as no source waits longer than the longest wait.
        delay_s = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(times - _FREE, 10)) if times >= _FREE else 0.0
        self._by_source[source] = _Failures(times, now_s, now_s + delay_s)
        self._by_source.move_to_end(source)
        if len(self._by_source) > _SOURCES_MOST:
            self._by_source.popitem(last=False)
        return 0.0

    def succeeded(self, address: str) -> None:
        """Note that the code was right: the source starts anew, and the attempt costs the others nothing."""
        self._by_source.pop(source_of(address), None)
        self._left = min(_BURST, self._left + 1)


def source_of(address: str) -> str:
    """Return what counts as one source: an IPv4 address, or the network of an IPv6 address, of which one machine has 2^64."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if found.version == 6 and found.ipv4_mapped is None:
        return str(int(found) >> 64)
    return str(found.ipv4_mapped if found.version == 6 else found)
