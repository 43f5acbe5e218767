"""Whether another gateway uses this one's identity, as the epochs in the gateway's own state topic show. Pure.

Two gateways of one name share a client id, so the broker disconnects one whenever the other connects, and each finds the epoch of the other
in the retained state. While that lasts neither sends: their readings would overwrite each other's in the store. They stay in the journals.
"""

from gateway.host.backoff import Backoff
from gateway.model.messages import GatewayState, MachineName, told_apart

HOLD_S = 60.0
"""How long nothing is sent after the other gateway was seen last."""

GRACE_S = 3.0
"""How long a gateway that finds an unknown epoch waits before it sends: a live one connects again within two seconds."""

FIRST_S, LONGEST_S = 1.0, 16.0
"""How long to wait, while there is another gateway, before connecting again: doubled each time. The two take over from each other less and
less often. Even then each sees the other within `HOLD_S`."""

_SIGHTINGS = 2
"""Once may be an old state that a broker restored after a crash."""


class IdentityWatch:
    """The epochs of this gateway's runs, and what was seen of others."""

    def __init__(self, machine: MachineName) -> None:
        self._machine = machine
        self._own: set[str] = set()
        self._shown = False
        self.shown_offline = False
        """Whether others heard last that this gateway is offline."""
        self._sightings: list[float] = []
        self._hold_until_s = self._conflict_until_s = float("-inf")
        self._names = ("", "")
        self._backoff = Backoff(FIRST_S, LONGEST_S)

    def publishing(self, epoch: str | None) -> None:
        """Record an epoch under which this process publishes its state."""
        if epoch is not None:
            self._own.add(epoch)

    def is_own(self, state: GatewayState) -> bool:
        """Return whether a state was published by this process; the broker has shown it its own state then."""
        self.shown_offline = state.state == "offline"
        own = state.epoch is None or state.epoch in self._own
        self._shown = self._shown or (own and state.epoch is not None)
        return own

    def suspect(self, now_s: float) -> bool:
        """Wait a little, as the epoch of a state is not one of this process; return whether the run may be another gateway's.

        Before the broker has shown this gateway its own state, another run came before this one.
        """
        self._hold_until_s = max(self._hold_until_s, now_s + GRACE_S)
        return self._shown

    def saw(self, state: GatewayState, now_s: float, *, earlier: bool) -> tuple[str, str] | None:
        """Record a state of a suspected run; if it is news that there is another gateway, return the names of this machine and the other.

        `earlier` says that the run is in this gateway's journal, so it is another gateway's only if it is seen again and again.
        """
        if not earlier:
            self._hold_until_s = max(self._hold_until_s, now_s + HOLD_S)
        self._sightings = [*(one for one in self._sightings[1 - _SIGHTINGS :] if one > now_s - HOLD_S), now_s]
        if len(self._sightings) < _SIGHTINGS:
            return None
        news = self.other(now_s) is None
        self._names = told_apart(self._machine, state.machine)
        self._hold_until_s = self._conflict_until_s = now_s + HOLD_S
        return self._names if news else None

    def held_s(self, now_s: float) -> float:
        """Return for how long nothing may be sent."""
        return max(0.0, self._hold_until_s - now_s)

    def reconnect_s(self, now_s: float) -> float:
        """Return how long to wait before connecting again after the next takeover."""
        if self.other(now_s) is not None:
            return self._backoff.failed()
        self._backoff.succeeded()
        return FIRST_S

    def other(self, now_s: float) -> str | None:
        """Return the machine of the other gateway, None if there is none."""
        return self._names[1] if now_s < self._conflict_until_s else None
