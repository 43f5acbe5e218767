"""What is said of a roll-out: counts, waves, and what was wrong with which device. Pure."""

import msgspec

from firmware_tools.rollout.state import DeviceStage, Rollout
from gateway.model.instants import iso_utc
from gateway.model.messages import AlarmText, RolledOutFirmware, RolloutStatus, RolloutWave


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


def status_of(rollout: Rollout) -> RolloutStatus:
    """Return what is said of a roll-out."""
    return RolloutStatus(
        rollout.id,
        RolledOutFirmware(rollout.target.path, rollout.target.release.model, rollout.target.release.version),
        rollout.state.value,
        rollout.by,
        iso_utc(rollout.begun_ms, "seconds"),
        iso_utc(rollout.deadline_ms, "seconds"),
        sorted({one.name.operator for one in rollout.devices}),
        rollout.wave,
        [RolloutWave(rollout.count(*DeviceStage, wave=number), _stages(rollout, number)) for number in range(rollout.waves)],
        _stages(rollout),
        rollout.why if rollout.why.en else None,
        iso_utc(rollout.ended_ms, "seconds") if rollout.ended else None,
    )


def devices_of(rollout: Rollout) -> list[DeviceOfRollout]:
    """Return what is said of the devices of a roll-out, in the order of their updates."""
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


def _stages(rollout: Rollout, wave: int | None = None) -> dict[str, int]:
    return {stage.value: count for stage in DeviceStage if (count := rollout.count(stage, wave=wave))}
