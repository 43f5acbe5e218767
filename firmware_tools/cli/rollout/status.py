"""`firmware rollout status`: the roll-outs, or how far one is."""

import time
from pathlib import Path

import click
import msgspec

from firmware_tools.cli.rollout.common import found, opened
from firmware_tools.cli.rollout.showing import print_list, print_status, status_json
from firmware_tools.rollout.state import DeviceStage, RolloutState
from firmware_tools.rollout.summary import status_of
from gateway.cli.common import in_language, read_centre, when
from gateway.cli.options import JSON, SITE

_LOOK_EVERY_S = 2.0


@click.command()
@SITE
@click.argument("rollout", required=False)
@click.option("--all", "every", is_flag=True, help="All devices, not only those that need attention.")
@click.option("--log", "log", is_flag=True, help="What happened, oldest first.")
@click.option("--follow", is_flag=True, help="Print what happens until the roll-out ends or stops.")
@JSON
def command(site: Path, rollout: str | None, *, every: bool, log: bool, follow: bool, as_json: bool) -> None:
    r"""List the roll-outs of SITE's centre, or show how far ROLLOUT is: its waves, the devices that need attention, and why it stopped.

    Exits with 1 if a roll-out has stopped by itself, or ROLLOUT has ended and not every device works with the new firmware.

    \b
    firmware rollout status centre.yaml
    firmware rollout status centre.yaml r7 --all
    firmware rollout status centre.yaml r7 --follow
    firmware rollout status centre.yaml r7 --json
    """
    centre = read_centre(site)
    with opened(centre) as file:
        if rollout is None:
            rollouts = file.load(20)
            if as_json:
                click.echo(msgspec.json.encode({"rollouts": [status_of(one) for one in rollouts]}))
            else:
                print_list(rollouts)
            raise SystemExit(1 if any(one.state is RolloutState.STOPPED for one in rollouts) else 0)
        one = found(file, rollout)
        said = 0
        while log or follow:
            news = file.log(rollout, 100_000)
            for each in news[said:]:
                click.echo(f"{when(each.at_ms)}  {each.device or rollout}  {in_language(each.text.en, each.text.it)}")
            said = len(news)
            one = found(file, rollout)
            if not follow or one.ended or one.state is RolloutState.STOPPED:
                break
            time.sleep(_LOOK_EVERY_S)
    if as_json:
        click.echo(status_json(one))
    else:
        print_status(one, centre.time_zone, every=every)
    healthy = one.count(DeviceStage.HEALTHY) == len(one.devices)
    raise SystemExit(1 if one.state is RolloutState.STOPPED or (one.ended and not healthy) else 0)
