"""Gateways of one name on two machines, as the epochs in their retained states show. Pure.

A gateway's epoch is new at each start. So epochs of one gateway that alternate are of two that run at the same time.
"""

from collections import OrderedDict
from typing import NamedTuple

from gateway.model.messages import GatewayState, MachineName, told_apart
from gateway.model.topics import GatewayId
from gateway.model.untrusted_json import json_reader

_RETURNS, _WITHIN_S = 3, 60.0
"""So many returns to an earlier epoch within this time are an alarm. A broker that crashes can cause two: it sends an old state
again that it had queued, then the gateway connects and sends the new one."""

_ALARM_S = 120.0
"""How long an alarm lasts after the last return."""

_EPOCHS, _GATEWAYS, _PAYLOAD_BYTES = 4, 20_000, 4096
"""How many epochs of a gateway and how many gateways are remembered, and how large a state may be."""

_read_state = json_reader(GatewayState)


class CloneNews(NamedTuple):
    """That two gateways of one name began to run at the same time, or no longer do: in English and Italian."""

    sender: GatewayId
    active: bool
    en: str
    it: str


class _Runs:
    """The last runs of one gateway: its machine by epoch, and when an earlier epoch came back."""

    def __init__(self) -> None:
        self.machines: OrderedDict[str, MachineName] = OrderedDict()
        self.current: str | None = None
        self.returned_s: list[float] = []
        self.alarm_until_s = float("-inf")
        self.told = False
        """Whether the alarm is in the store."""


class Clones:
    """Watches the states of gateways."""

    def __init__(self) -> None:
        self._gateways: OrderedDict[GatewayId, _Runs] = OrderedDict()

    def accept(self, sender: GatewayId, payload: bytes, now_s: float, *, retained: bool = False) -> str | None:
        """Accept a gateway's state. Return the alarm that it begins, if it begins one. Unreadable states are ignored.

        A `retained` state, which the broker sends to a new subscription, is only where to begin: after a crash of the broker it is older
        than what was received before.
        """
        try:
            state = _read_state(payload) if len(payload) <= _PAYLOAD_BYTES else None
        except ValueError:
            state = None
        if state is None or state.epoch is None or (retained and sender in self._gateways):
            return None
        runs = self._gateways.setdefault(sender, _Runs())
        self._gateways.move_to_end(sender)
        if len(self._gateways) > _GATEWAYS:
            self._gateways.popitem(last=False)
        returned = state.epoch != runs.current and state.epoch in runs.machines
        runs.current = state.epoch
        runs.machines[state.epoch] = state.machine
        runs.machines.move_to_end(state.epoch)
        if len(runs.machines) > _EPOCHS:
            runs.machines.popitem(last=False)
        return self._count(sender, runs, now_s) if returned else None

    def _count(self, sender: GatewayId, runs: _Runs, now_s: float) -> str | None:
        runs.returned_s = [*(one for one in runs.returned_s[1 - _RETURNS :] if one > now_s - _WITHIN_S), now_s]
        if len(runs.returned_s) < _RETURNS:
            return None
        news = runs.alarm_until_s <= now_s
        runs.alarm_until_s = now_s + _ALARM_S
        return _alarm(sender, runs) if news else None

    def news(self, now_s: float) -> list[CloneNews]:
        """Return the alarms that began or ended and are not `told` yet."""
        changed = ((sender, runs, now_s < runs.alarm_until_s) for sender, runs in self._gateways.items())
        return [
            CloneNews(sender, active, _alarm(sender, runs), _allarme(sender, runs))
            for sender, runs, active in changed
            if active is not runs.told
        ]

    def told(self, news: CloneNews) -> None:
        """Record that an alarm, or its end, is in the store."""
        if news.sender in self._gateways:
            self._gateways[news.sender].told = news.active

    def alarms(self, now_s: float) -> list[str]:
        """Return the alarms of now."""
        return [_alarm(sender, runs) for sender, runs in self._gateways.items() if now_s < runs.alarm_until_s]


def _alarm(sender: GatewayId, runs: _Runs) -> str:
    one, other = told_apart(*list(runs.machines.values())[-2:])
    return f"two gateways run as {sender.operator}/{sender.gateway}, on {one} and on {other}: stop one of the two"


def _allarme(sender: GatewayId, runs: _Runs) -> str:
    one, other = told_apart(*list(runs.machines.values())[-2:])
    return f"due gateway si presentano come {sender.operator}/{sender.gateway}, su {one} e su {other}: spegnine uno"
