"""The state of a roll-out and of each of its devices, as it is stored. Pure."""

from collections.abc import Iterator
from enum import StrEnum

import msgspec

from firmware_tools.image.release import FirmwareTarget
from firmware_tools.rollout.device import DeviceName
from firmware_tools.rollout.health import HealthBefore
from firmware_tools.rollout.terms import RolloutTerms
from gateway.model.messages import AlarmText

NO_REASON = AlarmText("", "")


class RolloutState(StrEnum):
    """What a roll-out does. A person pauses and aborts it; it stops by itself; both can be resumed until its deadline."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    ABORTED = "aborted"
    FINISHED = "finished"


class DeviceStage(StrEnum):
    """How far a device is. The last four are ends."""

    WAITING = "waiting"
    ORDERED = "ordered"
    RUNNING = "running"
    WATCHED = "watched"
    HEALTHY = "healthy"
    FAILED = "failed"
    REFUSED = "refused"
    UNREACHED = "unreached"


IN_HAND = frozenset({DeviceStage.ORDERED, DeviceStage.RUNNING})
"""The gateway of such a device may be updating it."""

OPEN = IN_HAND | {DeviceStage.WAITING, DeviceStage.WATCHED}
"""A wave ends when none of its devices is in one of these stages."""


class RolloutDevice(msgspec.Struct, omit_defaults=True):
    """A device of a roll-out. Times are in milliseconds since 1970.

    Attributes:
        name: Its operator, gateway and name.
        line: The line that it hangs on.
        wave: Its wave; 0 are the canaries.
        expected_s: How long its update takes, as planned.
        version: The version that it had at the start.
        stage: How far it is.
        order: The order that it was given last, by name: it is that of the attempt.
        attempts: How many orders were given.
        tries: How many of them were followed, and failed.
        begin_by_ms: By when the gateway begins to follow the order.
        end_by_ms: By when the gateway has ended it: until then the line is in use.
        retry_ms: When it may be given another order.
        began: Whether a gateway ever began to update it.
        withdrawn: Whether the order was cancelled.
        done_bytes: How much is transferred.
        updated_ms: When its gateway said that it has the new version.
        was: How it was before.
        why: Why it failed, was refused or was not reached.
    """

    name: DeviceName
    line: str
    wave: int
    expected_s: float
    version: str | None = None
    stage: DeviceStage = DeviceStage.WAITING
    order: str | None = None
    attempts: int = 0
    tries: int = 0
    begin_by_ms: int = 0
    end_by_ms: int = 0
    retry_ms: int = 0
    began: bool = False
    withdrawn: bool = False
    done_bytes: int = 0
    updated_ms: int = 0
    was: HealthBefore = HealthBefore()
    why: AlarmText = NO_REASON

    @property
    def at(self) -> tuple[str, str, str]:
        """Its line: operator, gateway and name."""
        return self.name.operator, self.name.gateway, self.line


class Rollout(msgspec.Struct, omit_defaults=True):
    """A roll-out. Times are in milliseconds since 1970.

    Attributes:
        id: Its name: r7.
        target: The firmware.
        terms: Its terms.
        by: Who started it: a role, such as 'control room'.
        begun_ms: When it was started.
        deadline_ms: When it ends, whatever is left.
        devices: Its devices, in the order in which they are updated.
        state: What it does.
        why: Why it was paused, stopped or ended.
        wave: The present wave; 0 are the canaries.
        wave_ms: When the first night of the wave began; 0: not yet.
        forgiven: The devices that had failed when a person resumed it.
        trusted_wave: The wave in which a person resumed it after it had stopped by itself.
        ended_ms: When it ended.
    """

    id: str
    target: FirmwareTarget
    terms: RolloutTerms
    by: str
    begun_ms: int
    deadline_ms: int
    devices: list[RolloutDevice]
    state: RolloutState = RolloutState.RUNNING
    why: AlarmText = NO_REASON
    wave: int = 0
    wave_ms: int = 0
    forgiven: list[DeviceName] = []
    trusted_wave: int = -1
    ended_ms: int = 0

    @property
    def ended(self) -> bool:
        """Whether nothing happens any more."""
        return self.ended_ms > 0

    @property
    def waves(self) -> int:
        """How many waves there are, the canaries included."""
        return 1 + max(one.wave for one in self.devices)

    def in_wave(self) -> Iterator[RolloutDevice]:
        """Yield the devices of the present wave."""
        return (one for one in self.devices if one.wave == self.wave)

    def count(self, *stages: DeviceStage, wave: int | None = None) -> int:
        """Return how many devices are in some stages, in all or in one wave."""
        return sum(one.stage in stages and wave in (None, one.wave) for one in self.devices)
