"""`gateway simulate fleet`: simulate thousands of gateways, to test a centre."""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from pathlib import Path

import click
import msgspec

from gateway.cli.common import fail
from gateway.cli.options import JSON
from gateway.host.files import SecretError, read_secret
from gateway.simulate.fleet.plan import FleetPlan, FleetReport

_GATEWAYS_A_PROCESS = 2500


class FleetResult(msgspec.Struct):
    """The result of a run. `lost` counts batches without a receipt in the end; latency is the time from flush to receipt."""

    gateways: int
    connected_most: int
    seconds: float
    batches: int
    points: int
    points_per_s: float
    confirmed: int
    lost: int
    rejected: int
    resent: int
    resent_share: float
    latency_p50_s: float
    latency_p99_s: float
    latency_max_s: float


@click.command()
@click.argument("broker")
@click.option("--gateways", type=click.IntRange(1, 100_000), default=100, show_default=True)
@click.option(
    "--points-per-second", "points", type=click.IntRange(1), default=20, show_default=True, help="Values a second, of each gateway."
)
@click.option("--minutes", type=click.FloatRange(min=0, min_open=True), default=1.0, show_default=True)
@click.option(
    "--flush", "flush_s", type=click.FloatRange(min=0.1), default=10.0, show_default=True, help="Seconds between the batches of a gateway."
)
@click.option("--storm", "storms_s", type=float, multiple=True, help="Cut all connections so many seconds after the ramp; may be repeated.")
@click.option(
    "--outage",
    "outage_s",
    type=click.FloatRange(min=0),
    default=5.0,
    show_default=True,
    help="Seconds until all connect again after a storm.",
)
@click.option(
    "--ramp",
    "ramp_s",
    type=click.FloatRange(min=0.1),
    default=10.0,
    show_default=True,
    help="Seconds over which the gateways connect at first.",
)
@click.option("--site", default="sim", show_default=True, help="Name of the site in topics; the centre must have the same.")
@click.option("--user", help="User name for the broker.")
@click.option("--password-file", type=click.Path(path_type=Path, dir_okay=False), help="File that contains only the password (mode 0600).")
@JSON
def command(broker: str, *, gateways: int, minutes: float, password_file: Path | None, as_json: bool, **settings: object) -> None:
    r"""Simulate gateways that send to the centre behind BROKER (mqtt://host:port).

    Each gateway has its own connection, sends real batches of a few simulated meters, stores them until their receipt
    arrives, and resends late ones as a real gateway does. In the end it waits for all receipts: exit code 1 if a batch
    has none.

    \b
    gateway simulate fleet mqtt://127.0.0.1:1883 --gateways 5000 --points-per-second 10 --minutes 5
    gateway simulate fleet mqtt://127.0.0.1:1883 --gateways 1000 --storm 30 --outage 60 --json
    """
    try:
        password = read_secret(str(password_file)) if password_file else None
    except SecretError as error:
        fail(str(error))
    plan = msgspec.convert(
        settings | {"broker": broker, "gateways": gateways, "seconds": 60 * minutes, "password": password}, FleetPlan, strict=False
    )
    result = asyncio.run(_run(plan))
    click.echo(
        msgspec.json.encode(result) if as_json else "\n".join(f"{key} {value}" for key, value in msgspec.to_builtins(result).items())
    )
    sys.exit(1 if result.lost or result.rejected else 0)


async def _run(plan: FleetPlan) -> FleetResult:
    processes = max(1, min(os.cpu_count() or 1, -(-plan.gateways // _GATEWAYS_A_PROCESS)))
    share = -(-plan.gateways // processes)
    parts = [
        msgspec.structs.replace(plan, first=first, gateways=min(share, plan.gateways - first)) for first in range(0, plan.gateways, share)
    ]
    latest: list[FleetReport | None] = [None] * len(parts)
    latencies: list[float] = []
    most = [0]
    with tempfile.TemporaryDirectory() as folder:
        async with asyncio.TaskGroup() as group:
            for number, part in enumerate(parts):
                path = Path(folder) / f"part-{number}.json"
                path.touch(mode=0o600)
                path.write_bytes(msgspec.json.encode(part))
                process = await asyncio.create_subprocess_exec(
                    sys.executable, "-m", "gateway.simulate.fleet", str(path), stdout=PIPE, limit=1 << 22
                )
                group.create_task(_follow(process, number, latest, latencies, most))
    return _result(plan, [one for one in latest if one is not None], latencies, most[0])


async def _follow(process: Process, number: int, latest: list[FleetReport | None], latencies: list[float], most: list[int]) -> None:
    """Read the reports of one process, and print the progress of all."""
    stdout = process.stdout
    while stdout is not None and (line := await stdout.readline()):
        report = msgspec.json.decode(line, type=FleetReport)
        latencies += report.latencies_s
        latest[number] = report
        known = [one for one in latest if one is not None]
        connected = sum(one.connected for one in known)
        most[0] = max(most[0], connected)
        if number == 0 and int(report.passed_s) % 5 == 0:
            confirmed, waiting = sum(one.confirmed for one in known), sum(one.unconfirmed for one in known)
            progress = f"{report.passed_s:.0f} s: {connected} connected, {sum(one.batches for one in known)} batches, {confirmed} confirmed"
            click.echo(f"{progress}, {waiting} waiting, {sum(one.resent for one in known)} resent", err=True)
    if await process.wait():
        raise click.ClickException("a process of the fleet failed; its error is above")


def _result(plan: FleetPlan, reports: list[FleetReport], latencies: list[float], connected: int) -> FleetResult:
    total = {
        name: sum(getattr(one, name) for one in reports) for name in ("batches", "points", "confirmed", "unconfirmed", "rejected", "resent")
    }
    latencies.sort()

    def quantile(share: float) -> float:
        return round(latencies[min(len(latencies) - 1, int(share * len(latencies)))], 3) if latencies else 0.0

    return FleetResult(
        gateways=plan.gateways,
        connected_most=connected,
        seconds=max(one.passed_s for one in reports),
        batches=total["batches"],
        points=total["points"],
        points_per_s=round(total["points"] / (plan.seconds + plan.ramp_s)),
        confirmed=total["confirmed"],
        lost=total["unconfirmed"],
        rejected=total["rejected"],
        resent=total["resent"],
        resent_share=round(total["resent"] / max(1, total["batches"]), 4),
        latency_p50_s=quantile(0.5),
        latency_p99_s=quantile(0.99),
        latency_max_s=quantile(1.0),
    )
