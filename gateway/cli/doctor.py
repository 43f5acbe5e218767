"""`gateway doctor`: what is wrong with this machine and its gateway, and what to do."""

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from gateway.cli.common import in_language, read_site
from gateway.cli.options import JSON
from gateway.doctor.check import CheckResult, CheckState
from gateway.doctor.doctor import Patient, diagnose, is_well
from gateway.host.checks.finding import Sentence
from gateway.host.stopping import end_process_within

_USUAL = Path("/etc/street-gateway/site.yaml")
_COLOURS = {CheckState.OK: "green", CheckState.WARNING: "yellow", CheckState.FAILED: "red", CheckState.UNKNOWN: "magenta"}
_STATES = {
    CheckState.OK: Sentence("ok", "ok"),
    CheckState.WARNING: Sentence("warning", "attenzione"),
    CheckState.FAILED: Sentence("failed", "guasto"),
    CheckState.UNKNOWN: Sentence("unknown", "ignoto"),
}
_ENDS_WITHIN_S = 10


class _Report(msgspec.Struct, frozen=True):
    """The JSON output."""

    checks: Sequence[CheckResult]


@click.command()
@click.argument("site", required=False, type=click.Path(path_type=Path, dir_okay=False))
@JSON
def command(site: Path | None, *, as_json: bool) -> None:
    r"""Check this machine and the gateway of SITE, and say in Italian or English what is wrong and what to do.

    Looks at power and temperature, clock, disk and memory, services and watchdogs, network, broker and certificates, serial ports,
    the running gateway and its journal. Changes nothing, disturbs no line, and ends within ten seconds, whatever hangs. Without SITE it
    takes /etc/street-gateway/site.yaml, or checks only the machine if there is none. Exits with 1 if a check has failed.

    \b
    gateway doctor
    gateway doctor /etc/street-gateway/centre.yaml
    gateway doctor --json
    """
    end_process_within(_ENDS_WITHIN_S)
    given = site or (_USUAL if _USUAL.exists() else None)
    checks = diagnose(Patient(Path("/"), None if given is None else read_site(given).site))
    if as_json:
        click.echo(msgspec.json.encode(_Report(checks)))
    else:
        _print(checks)
    sys.exit(0 if is_well(checks) else 1)


def _print(checks: Sequence[CheckResult]) -> None:
    shown = [one for one in checks if one.state is not CheckState.NOT_APPLICABLE]
    width = max(len(_said(text)) for text in _STATES.values())
    for one in shown:
        state = click.style(f"{_said(_STATES[one.state]):<{width}}", fg=_COLOURS[one.state], bold=one.state is CheckState.FAILED)
        click.echo(f"{state}  {_said(one.sentence)}")
        if one.fix is not None:
            click.echo(f"{'':<{width}}  → {_said(one.fix)}")
    bad = sum(one.state is CheckState.FAILED for one in shown)
    doubtful = sum(one.state is CheckState.WARNING for one in shown)
    click.echo(
        in_language(
            f"{len(shown)} checks: {bad} failed, {doubtful} warnings", f"{len(shown)} controlli: {bad} guasti, {doubtful} da guardare"
        )
    )


def _said(sentence: Sentence) -> str:
    return in_language(sentence.en, sentence.it)
