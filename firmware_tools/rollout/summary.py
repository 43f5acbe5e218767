"""What is said of a roll-out: counts, waves, and what was wrong with which device. Pure."""

import msgspec

from firmware_tools.rollout.state import DeviceStage, Rollout
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmText


class DeviceOfRollout(msgspec.Struct, omit_defaults=True):
    """A device of a roll-out, as it is shown."""

    device: str
    line: str
    wave: int
    stage: DeviceStage
    version: str | None = None
    done_bytes: int = 0
    attempts: int = 0
    updated: str | None = None
    why: AlarmText | None = None


class WaveOfRollout(msgspec.Struct):
    """A wave of a roll-out: how many devices it has in each stage."""

    number: int
    devices: int
    stages: dict[DeviceStage, int]


class RolloutSummary(msgspec.Struct, omit_defaults=True):
    """A roll-out, as it is shown: `why` says why it does what it does."""

    id: str
    target: str
    model: str
    version: str
    state: str
    by: str
    begun: str
    deadline: str
    wave: int
    waves: list[WaveOfRollout]
    stages: dict[DeviceStage, int]
    devices: int
    why: AlarmText | None = None
    ended: str | None = None


def summary_of(rollout: Rollout) -> RolloutSummary:
    """Return what is shown of a roll-out."""
    waves = [WaveOfRollout(number, rollout.count(*DeviceStage, wave=number), _stages(rollout, number)) for number in range(rollout.waves)]
    return RolloutSummary(
        rollout.id,
        rollout.target.path,
        rollout.target.release.model,
        rollout.target.release.version,
        rollout.state,
        rollout.by,
        iso_utc(rollout.begun_ms, "seconds"),
        iso_utc(rollout.deadline_ms, "seconds"),
        rollout.wave,
        waves,
        _stages(rollout),
        len(rollout.devices),
        rollout.why if rollout.why.en else None,
        iso_utc(rollout.ended_ms, "seconds") if rollout.ended else None,
    )


def devices_of(rollout: Rollout) -> list[DeviceOfRollout]:
    """Return what is shown of the devices of a roll-out, in the order of their updates."""
    return [
        DeviceOfRollout(
            str(one.name),
            one.line,
            one.wave,
            one.stage,
            one.version,
            one.done_bytes,
            one.attempts,
            iso_utc(one.updated_ms, "seconds") if one.updated_ms else None,
            one.why if one.why.en else None,
        )
        for one in rollout.devices
    ]


def _stages(rollout: Rollout, wave: int | None = None) -> dict[DeviceStage, int]:
    return {stage: count for stage in DeviceStage if (count := rollout.count(stage, wave=wave))}
