"""`gateway demo`: run a simulated street, end to end, on this machine."""

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click
import msgspec

from gateway.cli.common import fail
from gateway.cli.options import JSON

if TYPE_CHECKING:
    from gateway.simulate.day.verdict import DayVerdict
    from gateway.simulate.verify.verdict import Verdict


@click.command()
@click.option("--port", default=8080, show_default=True, help="Port of the page on loopback; 0 for a free one.")
@click.option("--seconds", type=click.FloatRange(min=1), help="Stop after so many seconds; the default is to run until Ctrl-C.")
@JSON
@click.option("--lamps", type=click.IntRange(0, 2000), default=60, show_default=True, help="Number of lamps.")
@click.option(
    "--speed",
    type=click.FloatRange(min=0.1, max=3600),
    default=60.0,
    show_default=True,
    help="How many times faster the simulated day passes.",
)
@click.option("--seed", default=1, show_default=True, help="Seed of the street's values and faults.")
@click.option("--influx", metavar="URL", help="Store in the database street_demo of this InfluxDB 1.x instead of the embedded history.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write site files, logs, journals and history to this folder, and keep them.",
)
@click.option(
    "--day",
    "day_s",
    type=click.FloatRange(min=1, max=86_400),
    default=240.0,
    show_default=True,
    metavar="SECONDS",
    help="How long the day of the Situation Room takes.",
)
@click.option("--no-room", is_flag=True, help="Run the street alone, without the Situation Room.")
@click.option("--recheck", is_flag=True, help="Only compare again what an earlier run left in the --keep folder.")
def command(
    *,
    port: int,
    seconds: float | None,
    as_json: bool,
    lamps: int,
    speed: float,
    seed: int,
    influx: str | None,
    keep: Path | None,
    day_s: float,
    no_room: bool,
    recheck: bool,
) -> None:
    r"""Run a street of simulated devices on this machine: two gateways of two operators, a broker, a centre and a web page.

    The devices are simulated on real sockets and ptys; everything else is what a real site runs. In the end every
    stored value is compared with what the simulators served: exit code 1 if a value is lost, duplicated or wrong.

    Meanwhile, eleven simulated organisations of Prato live a day in the Situation Room, over MQTT and its API: works, an outage, a
    football match, a flood alert. In the end, what each has received is compared with what happened and what it may see.

    \b
    gateway demo                          until Ctrl-C, page on port 8080
    gateway demo --seconds 30 --json      a short run for a script
    gateway demo --lamps 300 --speed 600  a longer street, a day in under three minutes
    gateway demo --keep street            look at the site files, logs and history afterwards
    gateway demo --day 60                 the day in a minute
    """
    try:
        from gateway.simulate import demo
    except ImportError as error:
        fail(f"the demo needs an extra, {error.name} is missing; run: pip install 'street-gateway[demo]'")
    from gateway.centre.stores.port import StoreUnavailable

    if recheck and keep is None:
        fail("--recheck needs the folder of an earlier run; add --keep FOLDER")
    say = (lambda _: None) if as_json else click.echo
    announce = (lambda _: None) if as_json else _announce
    folder = keep or Path(tempfile.mkdtemp(prefix="street-"))
    options = demo.DemoOptions(port, lamps, speed, seed, influx, folder, None if no_room else day_s)
    good = False
    try:
        if recheck:
            found = demo.DemoResult(demo.verdict(options.folder, demo.influx_of(options)))
        else:
            found = asyncio.run(demo.run(options, seconds=seconds, say=say, announce=announce))
        good = found.good
    except (demo.DemoError, StoreUnavailable) as error:
        fail(str(error))
    finally:
        if keep is None:
            _tidy(folder, good=good)
    if as_json:
        situations = {} if found.day is None else {"situations": found.day._asdict()}
        click.echo(msgspec.json.encode(found.street._asdict() | situations))
    else:
        _print(found.street)
        if found.day is not None:
            _print_day(found.day)
    sys.exit(0 if found.good else 1)


def _tidy(folder: Path, *, good: bool) -> None:
    """Remove the folder of a run that was good, or that left no files; say where those of another one are."""
    if good or not any(folder.iterdir()):
        shutil.rmtree(folder)
    else:
        click.echo(f"the files of this run are in {folder}; to compare again: gateway demo --recheck --keep {folder}", err=True)


def _print(found: "Verdict") -> None:
    click.echo(
        f"{found.taken} readings of {found.devices} devices, {found.stored} stored:"
        f" {found.lost} lost, {found.duplicated} duplicated, {found.wrong_values} wrong values"
    )
    for note in found.notes:
        click.secho(note, fg="red")
    if found.late:
        click.echo(f"{found.late} responses of simulated devices were late, because this machine is busy: they may be missing")


def _print_day(day: "DayVerdict") -> None:
    click.echo(
        f"{day.published} events published, {day.changes} changes, {day.requests} requests, {day.refused} refused:"
        f" {day.lost} lost, {day.doubled} doubled, {day.disordered} out of order, {day.foreign} that an organisation may not see"
    )
    click.echo("received: " + ", ".join(f"{name} {count}" for name, count in day.received.items()))
    for note in (*day.notes, *([] if day.failure is None else [f"the day ended early: {day.failure}"])):
        click.secho(note, fg="red")


def _announce(url: str) -> None:
    click.secho(f"\nthe street is at {url}   (Ctrl-C stops)\n", bold=True)
