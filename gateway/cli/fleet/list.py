"""`gateway fleet list`: the gateways of a site, their states and their health."""

import asyncio
import re
from pathlib import Path

import click
import msgspec

from gateway.centre.fleet import FleetRow, LatestHealth, fleet_rows, latest_health
from gateway.centre.gateway_states import BrokerUnreachable, StillOnline, forget_gateway, gateway_reports, gateway_states
from gateway.centre.stores.factory import open_reader
from gateway.centre.stores.port import StoreUnavailable
from gateway.cli.common import columns, fail, read_centre, when
from gateway.cli.options import JSON, SITE
from gateway.host import clock
from gateway.host.files import SecretError, write_whole
from gateway.host.mqtt import Broker
from gateway.model.site.centre import CentreSettings
from gateway.model.topics import LEVEL, GatewayId
from gateway.provision.report.signed import ReportError, read_report, verify
from gateway.trust.openssl import OpensslError

_HEAD = ("gateway", "state", "version", "clock", "seen", "waiting", "load", "disk free", "certificate")
_RECENT_MS = 3_600_000


@click.command()
@SITE
@click.option(
    "--wait",
    "wait_s",
    type=click.FloatRange(0.2, 60),
    default=2.0,
    show_default=True,
    help="How long to collect states from the broker, in seconds.",
)
@click.option("--forget", metavar="OPERATOR/GATEWAY", help="Forget a gateway that was removed: clear what the broker retains of it.")
@click.option("--reports", is_flag=True, help="List the reports of installations instead, the newest of each gateway.")
@click.option("--save", type=click.Path(path_type=Path, file_okay=False), help="With --reports: folder to save them in.")
@click.option("--ca", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="With --reports: authority.pem to verify them.")
@JSON
def command(site: Path, *, wait_s: float, forget: str | None, reports: bool, save: Path | None, ca: Path | None, as_json: bool) -> None:
    r"""List the gateways of SITE's centre: state, version, clock, backlog, load of their lines, free disk space, expiry of certificates.

    State and clock are retained by the broker; the rest is the health that a gateway last reported, within a day. What needs
    attention is red.

    With --reports, it lists what 'gateway provision report' said on each gateway, and whether the signature is that of this gateway,
    by the authority in --ca or in 'centre.tls'.

    A gateway that was forgotten is listed until its last health is a day old. Its readings stay in the store.

    \b
    gateway fleet list centre.yaml
    gateway fleet list centre.yaml --json
    gateway fleet list centre.yaml --forget citelum/gw-0042
    gateway fleet list centre.yaml --reports --ca authority/authority.pem --save reports
    """
    name, centre, *_ = read_centre(site)
    if forget is not None:
        _forget(name, centre, forget, wait_s, as_json=as_json)
        return
    if reports:
        _list_reports(name, centre, wait_s, ca, save, as_json=as_json)
        return
    try:
        states = asyncio.run(gateway_states(name, Broker(centre.broker, centre.tls, centre.login), wait_s))
        fleet = fleet_rows(states, _health(name, centre))
    except (BrokerUnreachable, SecretError) as error:
        fail(str(error))
    if as_json:
        click.echo(msgspec.json.encode(fleet))
        return
    red = {(number, _HEAD.index(name)) for number, one in enumerate(fleet, 1) for name in one.attention}
    for line in columns([_HEAD, *map(_row, fleet)], right=(5, 6, 7, 8), red=red):
        click.echo(line)
    click.echo(f"{len(fleet)} gateways, {sum(one.state == 'online' for one in fleet)} online")


def _forget(site: str, centre: CentreSettings, name: str, wait_s: float, *, as_json: bool) -> None:
    operator, _, gateway = name.partition("/")
    if not (re.fullmatch(LEVEL, operator) and re.fullmatch(LEVEL, gateway)):
        fail(f"'{name}' is not the name of a gateway; write operator/gateway as 'gateway fleet' lists it")
    try:
        cleared = asyncio.run(forget_gateway(GatewayId(site, operator, gateway), Broker(centre.broker, centre.tls, centre.login), wait_s))
    except (BrokerUnreachable, SecretError, StillOnline) as error:
        fail(str(error))
    click.echo(msgspec.json.encode({"cleared": cleared}) if as_json else f"{name} is forgotten: {cleared} retained messages cleared")


_REPORTS_HEAD = ("gateway", "verdict", "made", "role", "devices", "signature", "to do")


class _ReportRow(msgspec.Struct):
    """The report of one gateway."""

    operator: str
    gateway: str
    verdict: str
    made: str
    role: str
    devices: int
    signature: str
    reasons: list[str]


def _list_reports(site: str, centre: CentreSettings, wait_s: float, ca: Path | None, save: Path | None, *, as_json: bool) -> None:
    trusted = ca or (Path(centre.tls.ca) if centre.tls.ca is not None else None)
    try:
        found = asyncio.run(gateway_reports(site, Broker(centre.broker, centre.tls, centre.login), wait_s))
        authority = trusted.read_bytes() if trusted is not None else None
        rows = [row for sender, content in sorted(found.items()) if (row := _report_row(sender, content, authority)) is not None]
        if save is not None:
            _save_reports(found, save)
    except (BrokerUnreachable, SecretError, OpensslError) as error:
        fail(str(error))
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    if as_json:
        click.echo(msgspec.json.encode(rows))
        return
    cells = [
        (f"{one.operator}/{one.gateway}", one.verdict, one.made, one.role, str(one.devices), one.signature, "; ".join(one.reasons) or "-")
        for one in rows
    ]
    red = {(number, 1) for number, one in enumerate(rows, 1) if one.verdict == "red"}
    red |= {(number, 5) for number, one in enumerate(rows, 1) if one.signature == "wrong"}
    for line in columns([_REPORTS_HEAD, *cells], right=(4,), red=red):
        click.echo(line)


def _report_row(sender: GatewayId, content: bytes, authority: bytes | None) -> _ReportRow | None:
    """Return the row of a report, under the name of the topic that it came on: others may write anything into it."""
    try:
        report = read_report(content)
    except ReportError as error:
        click.echo(f"{sender.operator}/{sender.gateway}: {error}", err=True)
        return None
    devices = sum(len(line.devices) for line in report.lines)
    reasons = [_printable(one.en) for one in report.reasons]
    signature = _signature(sender, content, authority)
    return _ReportRow(
        sender.operator, sender.gateway, report.verdict, _printable(report.made), _printable(report.role), devices, signature, reasons
    )


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else "?" for one in text[:400])


def _signature(sender: GatewayId, content: bytes, authority: bytes | None) -> str:
    if authority is None:
        return "not checked"
    try:
        signed_by = verify(content, authority).signed_by
    except ReportError:
        return "wrong"
    return "none" if signed_by is None else "good" if signed_by == sender.user else "wrong"


def _save_reports(found: dict[GatewayId, bytes], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for sender, content in found.items():
        write_whole(folder / f"{sender.operator}-{sender.gateway}.json", content, mode=0o644)


def _health(site: str, centre: CentreSettings) -> LatestHealth:
    try:
        reader = open_reader(centre.store)
        try:
            return latest_health(site, reader, clock.now_ms())
        finally:
            reader.close()
    except StoreUnavailable as error:
        click.echo(f"no health: the store does not answer: {error}", err=True)
        return {}


def _row(one: FleetRow) -> tuple[str, ...]:
    def shown(value: float | None, unit: str) -> str:
        return "-" if value is None else f"{value:g}{unit}"

    measured = (
        shown(value, unit)
        for value, unit in ((one.backlog_batches, ""), (one.line_load, " %"), (one.disk_free, " %"), (one.certificate_days, " d"))
    )
    return (f"{one.operator}/{one.gateway}", one.state, one.version or "-", one.clock or "-", _seen(one.seen_ms), *measured)


def _seen(seen_ms: int | None) -> str:
    """Return when a gateway was last seen: how long ago if that is less than an hour."""
    if seen_ms is None:
        return "-"
    ago_ms = clock.now_ms() - seen_ms
    return when(seen_ms) if ago_ms > _RECENT_MS else f"{ago_ms / 1000:.0f} s ago"
