"""The conditions of a whole city: of every asset, of gateways, and of what the centre stores about them. Pure."""

from collections import Counter
from collections.abc import Iterator, Mapping

from gateway.alarms.asset import WatchedAsset
from gateway.alarms.catalogue import (
    COMPLETE_SHARE,
    FAILED_LAMPS_CLEAR_SHARE,
    FAILED_LAMPS_LEAST,
    FAILED_LAMPS_SHARE,
    INCOMPLETE_SHARE,
    LEAST_EXPECTED,
    LIMITS,
    Limit,
)
from gateway.alarms.details import measured, number_text
from gateway.alarms.observation import Observation, Subject
from gateway.alarms.state import Alarm, AlarmKey, AlarmState
from gateway.model.messages import AlarmText, CityMessage, GatewayState, RolloutsMessage, WorkerState
from gateway.model.topics import GatewayId

CENTRE = "centre"
"""The operator of alarms about the centre itself."""

_INTERNAL_LIMITS = {(one.measurement, one.field): one for one in LIMITS if one.measurement in ("gateway", "worker")}
MOST_ASSETS, MOST_ASSETS_OF_A_GATEWAY = 40_000, 4_000
"""Measurements of assets that are watched, in all and of one gateway: more must not fill the memory. One takes a kilobyte or two."""


class CityConditions:
    """Every asset of a site, by topic.

    Args:
        full_loads: The full loads of panels in watts by topic, as known before.
    """

    def __init__(self, full_loads: Mapping[str, float] | None = None) -> None:
        self._assets: dict[str, WatchedAsset] = {}
        self._of_gateways = Counter[tuple[str, str]]()
        self._workers: dict[str, WorkerState] = {}
        self._known_loads = dict(full_loads or {})

    def hear_asset(self, topic: str, message: CityMessage) -> Iterator[Observation]:
        """Yield what a message of the city plane says.

        Raises:
            ValueError: A time in it is not an instant.
        """
        asset = self._assets.get(topic)
        if asset is None:
            owner = message.operator, message.gateway
            if len(self._assets) >= MOST_ASSETS or self._of_gateways[owner] >= MOST_ASSETS_OF_A_GATEWAY:
                return
            self._of_gateways[owner] += 1
            asset = self._assets[topic] = WatchedAsset(self._known_loads.get(topic, 0.0))
        yield from asset.hear(message)

    def remove(self, topic: str) -> None:
        """Forget an asset that no longer exists."""
        asset = self._assets.pop(topic, None)
        if asset is not None:
            self._of_gateways[asset.subject.operator, asset.subject.gateway] -= 1

    def hear_gateway(self, sender: GatewayId, state: GatewayState) -> Iterator[Observation]:
        """Yield what the state of a gateway says. In maintenance it is expected to be silent."""
        subject = Subject(sender.operator, sender.gateway, sender.gateway)
        yield Observation(subject, "gateway_silent", state.state == "offline")
        if state.state == "online":
            yield Observation(subject, "clock_unsure", state.clock == "unsynced")

    def hear_worker(self, worker: str, state: WorkerState | None) -> None:
        """Remember the state of a worker of the centre; None: it no longer exists."""
        if state is None:
            self._workers.pop(worker, None)
        else:
            self._workers[worker] = state

    def hear_rollouts(self, message: RolloutsMessage) -> Iterator[Observation]:
        """Yield which roll-outs of firmware stopped by themselves."""
        for one in message.rollouts:
            what, why = f"{one.firmware.model} {one.firmware.version}", one.why or AlarmText("", "")
            detail = AlarmText(f"{what}: {why.en}", f"{what}: {why.it}")
            yield Observation(Subject(CENTRE, f"rollout-{one.id}", ""), "rollout_stopped", one.state == "stopped", "", detail)

    def hear_stored(self, measurement: str, subject: Subject, values: Mapping[str, float]) -> Iterator[Observation]:
        """Yield what the newest row of a measurement about gateways or workers says."""
        for field, value in values.items():
            limit: Limit | None = _INTERNAL_LIMITS.get((measurement, field))
            if limit is not None:
                yield Observation(subject, limit.kind, limit.is_met(value), "", measured(measurement, field, value))

    def hear_completeness(self, subject: Subject, expected: int, read: int) -> Iterator[Observation]:
        """Yield whether the readings of an hour of a gateway are complete."""
        if expected < LEAST_EXPECTED:
            return
        share = read / expected
        met = True if share < INCOMPLETE_SHARE else False if share >= COMPLETE_SHARE else None
        yield Observation(subject, "incomplete", met, "", _percent(100 * share))

    def silent(self, now_ms: int) -> Iterator[Observation]:
        """Yield which devices are silent. While no worker of the centre takes readings, nothing is known."""
        if self._workers and all(state.state == "offline" for state in self._workers.values()):
            return
        for asset in self._assets.values():
            yield from asset.silent(now_ms)

    def failed_lamps(self, alarms: Mapping[AlarmKey, Alarm]) -> Iterator[Observation]:
        """Yield whether many lamps of a gateway have failed, from the alarms of single ones."""
        lamps: Counter[Subject] = Counter()
        for topic, asset in self._assets.items():
            if topic.rpartition("/")[0].endswith("/lamp"):
                lamps[Subject(asset.subject.operator, asset.subject.gateway, asset.subject.gateway)] += 1
        failed = Counter(
            Subject(key.operator, alarm.gateway, alarm.gateway)
            for key, alarm in alarms.items()
            if key.kind == "lamp_failed" and alarm.state in (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
        )
        for subject, count in lamps.items():
            share = failed[subject] / count
            met = share >= FAILED_LAMPS_SHARE and failed[subject] >= FAILED_LAMPS_LEAST
            over = share < FAILED_LAMPS_CLEAR_SHARE or failed[subject] < FAILED_LAMPS_LEAST
            said = AlarmText(f"{failed[subject]} of {count}", f"{failed[subject]} su {count}")
            yield Observation(subject, "lamp_failures", True if met else False if over else None, "", said)

    def full_loads(self) -> dict[str, float]:
        """Return the full loads of panels that were seen, in watts by topic."""
        return {topic: asset.panel.full_w for topic, asset in self._assets.items() if asset.panel is not None and asset.panel.full_w > 0}


def _percent(share: float) -> AlarmText:
    number = number_text(share, 1)
    return AlarmText(f"{number.en} %", f"{number.it} %")
