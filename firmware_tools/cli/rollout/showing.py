"""How plans and roll-outs are printed."""

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import click
import msgspec

from firmware_tools.cli.rollout.choosing import Proposal
from firmware_tools.rollout.plan import schedule
from firmware_tools.rollout.state import DeviceStage, Rollout
from firmware_tools.rollout.summary import devices_of, status_of
from gateway.cli.common import columns, in_language
from gateway.model.messages import AlarmText

_STAGES = {
    DeviceStage.WAITING: AlarmText("waiting", "in attesa"),
    DeviceStage.ORDERED: AlarmText("ordered", "ordinati"),
    DeviceStage.RUNNING: AlarmText("running", "in corso"),
    DeviceStage.WATCHED: AlarmText("watched", "in verifica"),
    DeviceStage.HEALTHY: AlarmText("healthy", "sani"),
    DeviceStage.FAILED: AlarmText("failed", "falliti"),
    DeviceStage.REFUSED: AlarmText("refused", "rifiutati"),
    DeviceStage.UNREACHED: AlarmText("unreached", "non raggiunti"),
}

_STATES = {
    "running": AlarmText("running", "in corso"),
    "paused": AlarmText("paused", "sospesa"),
    "stopped": AlarmText("stopped by itself", "fermata da sé"),
    "aborted": AlarmText("aborted", "interrotta"),
    "finished": AlarmText("finished", "conclusa"),
}


def plan_json(proposal: Proposal, now_ms: int) -> bytes:
    """Return a plan as JSON."""
    rollout = proposal.rollout
    said = {
        "target": rollout.target.path,
        "model": rollout.target.release.model,
        "version": rollout.target.release.version,
        "size_bytes": rollout.target.size_bytes,
        "sha256": rollout.target.sha256,
        "settings": rollout.target.release.settings,
        "terms": rollout.terms,
        "waves": schedule(rollout, now_ms),
        "devices": [
            {"device": str(one.name), "line": one.line, "wave": one.wave, "version": one.version, "expected_s": one.expected_s}
            for one in rollout.devices
        ],
        "left_out": [{"device": str(one.device.name), "why": one.why} for one in proposal.left_out],
    }
    return msgspec.json.format(msgspec.json.encode(said))


def print_plan(proposal: Proposal, zone: str, now_ms: int) -> None:
    """Print a plan: what, in which waves, when, and which devices are left out."""
    for line in _plan(proposal, zone, now_ms):
        click.echo(line)


def _plan(proposal: Proposal, zone: str, now_ms: int) -> Iterator[str]:
    rollout, release = proposal.rollout, proposal.rollout.target.release
    note = in_language(release.note.en, release.note.it or release.note.en)
    size = f"{rollout.target.size_bytes / 1024:.0f} KiB"
    yield f"{release.vendor} {release.model} {release.version} ({size}){f': {note}' if note else ''}"
    if release.settings == "lost":
        yield click.style(in_language("the devices lose their settings", "i dispositivi perdono le impostazioni"), fg="red")
    slowest, fastest = (pick(one.expected_s for one in rollout.devices) for pick in (max, min))
    yield in_language(
        f"{len(rollout.devices)} devices at {rollout.terms.window}, each in {_duration(fastest)} to {_duration(slowest)}",
        f"{len(rollout.devices)} dispositivi alle {rollout.terms.window}, ciascuno in {_duration(fastest)}-{_duration(slowest)}",
    )
    head = in_language("wave devices lines begins updated proved", "ondata dispositivi linee inizio aggiornata verificata")
    rows: list[tuple[str, ...]] = [tuple(head.split())]
    for number, wave in enumerate(schedule(rollout, now_ms)):
        name = in_language("canaries", "canarini") if number == 0 else str(number)
        times = (_local(one, zone) for one in (wave.begins_ms, wave.updated_ms, wave.watched_ms))
        rows.append((name, str(len(wave.devices)), str(wave.lines), *times))
    yield from columns(rows, right={1, 2})
    if proposal.left_out:
        yield in_language(f"left out: {len(proposal.left_out)}", f"esclusi: {len(proposal.left_out)}")
        for one in proposal.left_out[:20]:
            yield f"  {one.device.name}: {in_language(one.why.en, one.why.it)}"
        if len(proposal.left_out) > 20:
            yield "  …"


def print_list(rollouts: list[Rollout]) -> None:
    """Print roll-outs, one a line."""
    if not rollouts:
        click.echo(in_language("no roll-outs", "nessuna distribuzione"))
        return
    head = in_language("id state firmware wave devices healthy failed why", "id stato firmware ondata dispositivi sani falliti perché")
    rows: list[tuple[str, ...]] = [tuple(head.split())]
    for one in rollouts:
        release = one.target.release
        counts = (str(len(one.devices)), str(one.count(DeviceStage.HEALTHY)), str(one.count(DeviceStage.FAILED)))
        why = in_language(one.why.en, one.why.it)
        rows.append((one.id, _state(one), f"{release.model} {release.version}", f"{one.wave}/{one.waves - 1}", *counts, why))
    for line in columns(rows, right={4, 5, 6}, red={(row, 1) for row, one in enumerate(rollouts, 1) if one.state == "stopped"}):
        click.echo(line)


def status_json(rollout: Rollout) -> bytes:
    """Return how far a roll-out is as JSON."""
    return msgspec.json.format(msgspec.json.encode({**msgspec.to_builtins(status_of(rollout)), "of_devices": devices_of(rollout)}))


def print_status(rollout: Rollout, zone: str, *, every: bool) -> None:
    """Print how far a roll-out is; of its devices those that need attention, or all."""
    release = rollout.target.release
    click.echo(f"{rollout.id}: {release.model} {release.version}, {_state(rollout)}")
    if rollout.why.en:
        click.secho(in_language(rollout.why.en, rollout.why.it), fg="red" if rollout.state == "stopped" else None)
    used = [stage for stage in DeviceStage if rollout.count(stage)]
    rows: list[tuple[str, ...]] = [(in_language("wave", "ondata"), *(in_language(*_words(stage)) for stage in used))]
    for number in range(rollout.waves):
        name = in_language("canaries", "canarini") if number == 0 else str(number)
        rows.append(
            (
                f"{name} *" if number == rollout.wave and not rollout.ended else name,
                *(str(rollout.count(stage, wave=number)) for stage in used),
            )
        )
    for line in columns(rows, right=set(range(1, len(used) + 1))):
        click.echo(line)
    _print_devices(rollout, every=every)
    end = rollout.ended_ms or rollout.deadline_ms
    click.echo(
        (in_language("ended: ", "conclusa: ") if rollout.ended else in_language("ends at the latest: ", "termina al più tardi: "))
        + _local(end, zone)
    )


def _print_devices(rollout: Rollout, *, every: bool) -> None:
    calm = {DeviceStage.WAITING, DeviceStage.HEALTHY, DeviceStage.WATCHED}
    rows = []
    for one in devices_of(rollout):
        if every or one.stage not in calm:
            share = f"{100 * one.done_bytes // rollout.target.size_bytes} %" if one.stage is DeviceStage.RUNNING else ""
            why = "" if one.why is None else in_language(one.why.en, one.why.it)
            rows.append((one.device, in_language(*_words(one.stage)), share, one.version or "-", why))
    for line in columns(rows) if rows else ():
        click.echo(line)


def _words(stage: DeviceStage) -> tuple[str, str]:
    said = _STAGES[stage]
    return said.en, said.it


def _state(rollout: Rollout) -> str:
    said = _STATES[rollout.state.value]
    return in_language(said.en, said.it)


def _local(t_ms: int, zone: str) -> str:
    return datetime.fromtimestamp(t_ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M")


def _duration(duration_s: float) -> str:
    return f"{duration_s / 60:.0f} min" if duration_s < 5400 else f"{duration_s / 3600:.1f} h"
