"""What recipients are sent about what happened to situations."""

from typing import NamedTuple

from gateway.centre.situation.port import SituationStore
from gateway.situation.audience import SituationNotice, notices
from gateway.situation.lifecycle.parties import Parties


class NumberedNotice(NamedTuple):
    """What a recipient is sent, and the number of the entry of the history that it follows from."""

    number: int
    notice: SituationNotice


def notices_since(store: SituationStore, parties: Parties, number: int, most: int) -> list[NumberedNotice]:
    """Return what recipients are sent about the entries after one of the history, in order, for at most so many entries.

    Whoever delivers them remembers the last number: what was sent twice because of a crash has the same number.

    Raises:
        SituationsUnavailable: The store can't be used.
    """
    found: list[NumberedNotice] = []
    for entry, recorded in store.since(number, most):
        after = recorded.situation
        before = store.of_revision(after.id, after.revision - 1)
        earlier = None if before is None else before.recorded.situation
        found += (NumberedNotice(entry, one) for one in notices(earlier, after, parties))
    return found
