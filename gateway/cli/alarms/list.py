"""`gateway alarms list`: the alarms of a centre."""

from pathlib import Path

import click
import msgspec

from gateway.alarms.catalogue import KINDS
from gateway.alarms.messages import entry_of
from gateway.alarms.state import Alarm, AlarmKey
from gateway.cli.alarms.common import KIND, OPERATOR, opened, raised, text_of, title_of
from gateway.cli.common import columns, when
from gateway.cli.options import JSON, SITE


@click.command()
@SITE
@KIND
@OPERATOR
@click.option(
    "--all", "every", is_flag=True, help="Also those that are shelved, hidden by another alarm that explains them, or suppressed by works."
)
@JSON
def command(site: Path, kind: str | None, operator: str | None, *, every: bool, as_json: bool) -> None:
    r"""List the alarms of SITE's centre, the most urgent first, with what to do. Exits with 1 if one is critical and not acknowledged.

    \b
    gateway alarms list centre.yaml
    gateway alarms list centre.yaml --operator citelum --all --json
    """
    with opened(site) as file:
        found = {key: alarm for key, alarm in raised(file).items() if kind in (None, key.kind) and operator in (None, key.operator)}
    shown = [(key, alarm) for key, alarm in found.items() if every or alarm.is_open]
    shown.sort(key=lambda one: (KINDS[one[0].kind].priority, one[1].since_ms, one[0]))
    if as_json:
        listed = [{"operator": key.operator, "asset": key.asset, **msgspec.to_builtins(entry_of(key, alarm))} for key, alarm in shown]
        click.echo(msgspec.json.encode({"alarms": listed, "not_shown": len(found) - len(shown)}))
    else:
        _print(shown, len(found) - len(shown))
    urgent = any(KINDS[key.kind].priority == 1 and alarm.state == "unacknowledged" for key, alarm in shown)
    raise SystemExit(1 if urgent else 0)


def _print(shown: list[tuple[AlarmKey, Alarm]], left_out: int) -> None:
    rows = [("priority", "state", "since", "operator", "asset", "alarm", "detail", "what to do")]
    for key, alarm in shown:
        kind = KINDS[key.kind]
        what = (title_of(key, alarm), text_of(alarm.detail)[:60], text_of(kind.action))
        rows.append((kind.priority.name.lower(), _state(alarm), when(alarm.since_ms), key.operator, key.asset, *what))
    if not shown:
        click.echo("no alarms")
    else:
        urgent = {(row, 0) for row, (key, _) in enumerate(shown, 1) if KINDS[key.kind].priority == 1}
        for line in columns(rows, red=urgent):
            click.echo(line)
    if left_out:
        click.echo(f"{left_out} shelved, explained by another one, or expected from works: add --all")


def _state(alarm: Alarm) -> str:
    if alarm.suppressed_by is not None:
        return f"suppressed by works {alarm.suppressed_by} until {when(alarm.suppressed_until_ms or 0)}"
    return f"{alarm.state} by {alarm.by}" if alarm.by else str(alarm.state)
