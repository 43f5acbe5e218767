"""`gateway provision add`: a further device of a site, with its asset and its place."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from gateway.cli.common import fail, in_language, read_profile, read_site
from gateway.cli.local import LocalError, LocalGateway, find
from gateway.cli.options import BAUD, JSON, SITE, Seconds
from gateway.cli.provision.common import (
    GATEWAY_S,
    changed,
    checked,
    confirm,
    library_with,
    print_causes,
    print_change,
    print_values,
    write_site,
)
from gateway.config.problems import suggest
from gateway.config.site_file import LoadedSite
from gateway.config.text_file import read_text
from gateway.fieldbus.binding.binder import bind
from gateway.model.profile import Profile
from gateway.model.site.assets import AssetSettings
from gateway.model.site.lines import DeviceSettings, LineSettings
from gateway.provision.commission.additions import Addition, added, channel_assets
from gateway.provision.commission.asset_register import RegisteredAsset
from gateway.provision.commission.candidate import CandidateDevice
from gateway.provision.commission.naming import as_name, asset_of, device_name
from gateway.provision.commission.register_file import RegisterFileError, load_register
from gateway.provision.commission.site_change import SiteChange
from gateway.provision.diagnosis.line_check import CheckedDevice, LineVerdict
from gateway.provision.diagnosis.survey import SurveyTerms
from gateway.provision.findings import Sentence
from gateway.provision.italian import in_italian
from gateway.provision.scan.target import target_of_line
from gateway.staging.yaml_spans import EditError
from gateway.web.technician.commission_routes import TrialRead

_LISTEN_S = 1.0


class _Answers(NamedTuple):
    """What is known about the device to add; None for what is not."""

    line: str | None
    profile: str | None
    unit: int | None
    asset: str | None
    device: str | None
    name: str | None
    lat: float | None
    lon: float | None
    every: float | None


class _Result(msgspec.Struct, kw_only=True):
    """The JSON output: the device, the change of the site file, whether it was written, and the check of the device."""

    device: str
    asset: str
    change: SiteChange
    written: bool
    verdict: LineVerdict | None


@click.command()
@SITE
@click.option("--line", help="Line of the site file; a new one needs --port.")
@click.option("--port", metavar="PORT|HOST:PORT", help="Serial port or Modbus TCP address of a new line.")
@BAUD
@click.option("--profile", help="The product; 'gateway profiles list' shows all, 'gateway scan' says which it is.")
@click.option("--unit", type=click.IntRange(1, 247), help="Modbus address; by default, the factory setting.")
@click.option("--asset", help="What the city calls it: typed, or the text of its label or QR code.")
@click.option("--channel", "channels", multiple=True, metavar="N=ASSET", help="Asset of a channel; by default, the device's, numbered.")
@click.option("--id", "device", help="Name of the device; by default, that of the asset and what it is.")
@click.option("--name", help="The city's name for the asset; by default, the register's.")
@click.option("--lat", type=click.FloatRange(-90, 90), help="Latitude of the asset (WGS 84, degrees); by default, the register's.")
@click.option("--lon", type=click.FloatRange(-180, 180), help="Longitude of the asset.")
@click.option("--every", type=Seconds(), metavar="DURATION", help="Interval between readings; by default, the product's.")
@click.option("--no-read", is_flag=True, help="Do not read the device first; by default, its values are shown and judged.")
@click.option("--yes", is_flag=True, help="Write without a question, even if something is wrong with the device.")
@JSON
def command(
    site: Path, line: str | None, port: str | None, baud: int | None, profile: str | None, unit: int | None, asset: str | None,
    channels: tuple[str, ...], device: str | None, name: str | None, lat: float | None, lon: float | None, every: float | None,
    *, no_read: bool, yes: bool, as_json: bool,
) -> None:  # fmt: skip
    r"""Add a device to SITE: its line, product, address, asset and place. On a terminal, asks for what is missing.

    Reads the device, shows its values and what is wrong with them, how the load of the line changes, and the change of the site
    file; then asks before it writes. Comments and order of the file stay.

    \b
    gateway provision add site.yaml
    gateway provision add site.yaml --line panel-7 --profile eastron_sdm630 --unit 3 --asset qe-041 --lat 43.88 --lon 11.09
    gateway provision add site.yaml --line new --port /dev/ttyUSB1 --profile hydreon_rg15 --asset "https://city.example/a/ws-02" --yes
    """
    loaded, old = read_site(site), read_text(site)
    given = _asked(loaded, _Answers(line, profile, unit, asset, device, name, lat, lon, every))
    addition = _addition(loaded, given, port, baud, channels)
    try:
        change = changed(loaded, old, added(old, loaded.site, addition))
    except EditError as error:
        fail(in_language(str(error), in_italian(error)))
    local = find(loaded.edge) if loaded.edge is not None else None
    verdict = None if no_read else _verdict(loaded, addition) if local is None else _tried(local, addition)
    if not as_json:
        _show(change, verdict)
    if not (as_json and not yes):
        confirm(_question(verdict), yes=yes)
        write_site(site, old, change)
    if as_json:
        asset_id = addition.device.asset or addition.device.id
        click.echo(msgspec.json.encode(_Result(device=addition.device.id, asset=asset_id, change=change, written=yes, verdict=verdict)))
    sys.exit(0 if verdict is None or verdict.fine else 1)


def _asked(loaded: LoadedSite, given: _Answers) -> _Answers:
    """Ask on the terminal for what is missing; without one, it is an error."""
    missing = [f"--{name}" for name, value in (("line", given.line), ("profile", given.profile), ("asset", given.asset)) if value is None]
    if not missing:
        return given
    if not sys.stdin.isatty():
        fail(f"write {' and '.join(missing)}; on a terminal, you are asked")
    lines = ", ".join(line.id for line in loaded.site.lines)
    return given._replace(
        line=given.line or click.prompt(in_language(f"Line ({lines})", f"Linea ({lines})")),
        profile=given.profile or click.prompt(in_language("Product (gateway profiles list)", "Prodotto (gateway profiles list)")),
        asset=given.asset or click.prompt(in_language("Asset, typed or scanned", "Asset, digitato o letto dall'etichetta")),
    )


def _addition(loaded: LoadedSite, given: _Answers, port: str | None, baud: int | None, channels: Sequence[str]) -> Addition:
    """Return the device to add, with what the register knows about its asset."""
    profile = read_profile(given.profile or "")
    try:
        asset = asset_of(given.asset or "")
        taken = {device.id for line in loaded.site.lines for device in line.devices}
        device_id = as_name(given.device) if given.device else device_name(asset, profile.kind, taken)
        assets = channel_assets(profile, asset, dict(map(_channel, channels)))
    except ValueError as error:
        fail(in_language(str(error), in_italian(error)))
    known = _registered(loaded, asset)
    place = AssetSettings(
        name=given.name or known.name,
        lat=known.lat if given.lat is None else given.lat,
        lon=known.lon if given.lon is None else given.lon,
    )
    device = DeviceSettings(id=device_id, profile=profile.profile, unit=given.unit, asset=asset, channels=assets, every=given.every)
    return Addition(_line(loaded, given.line or "", port, baud, device), device, None if place == AssetSettings() else place)


def _channel(text: str) -> tuple[int, str]:
    number, found, asset = text.partition("=")
    if not found or not number.isdigit():
        raise ValueError(f"invalid channel '{text}'; write for example 0=pl-0117")
    return int(number), asset_of(asset)


def _line(loaded: LoadedSite, name: str, port: str | None, baud: int | None, device: DeviceSettings) -> LineSettings:
    found = next((one for one in loaded.site.lines if one.id == name), None)
    if found is not None:
        if port is not None:
            fail(f"there is a line '{name}' already: leave out --port, or choose another name")
        return found
    if port is None:
        fail(f"unknown line '{name}'; {suggest(name, [one.id for one in loaded.site.lines])}, or give the --port of a new line")
    way = {"serial": port} if port.startswith(("/", "usb:")) else {"tcp": port if ":" in port else f"{port}:502"}
    return LineSettings(id=name, baud=baud, devices=[device], **way)  # type: ignore[arg-type]  # one of the two


def _registered(loaded: LoadedSite, asset: str) -> RegisteredAsset:
    """Return what the register of the gateway knows about an asset."""
    edge = loaded.edge
    try:
        assets = load_register(edge.state) if edge is not None else []
    except RegisterFileError as error:
        fail(in_language(str(error), in_italian(error)))
    return next((one for one in assets if one.id == asset), RegisteredAsset(asset))


def _verdict(loaded: LoadedSite, addition: Addition) -> LineVerdict:
    profile: Profile = read_profile(addition.device.profile)
    line = msgspec.structs.replace(addition.line, devices=[*addition.line.devices, addition.device])
    device = bind(addition.device, profile, loaded.site.assets)
    return checked(line, [device], library_with(loaded.profiles), SurveyTerms(_LISTEN_S))


def _tried(local: LocalGateway, addition: Addition) -> LineVerdict:
    """Let the running gateway read the device while the line's polls wait."""
    line, device, _ = addition
    wish = CandidateDevice(target=target_of_line(line).text, profile=device.profile, unit=device.unit, asset=device.asset or "")
    try:
        trial = local.within(GATEWAY_S).post("/api/commission/try", wish, TrialRead)
    except (LocalError, OSError) as error:
        fail(f"{error}; with --no-read, the device is added unread")
    answered = int(any(one.value is not None for one in trial.values))
    checked_device = CheckedDevice(device=device.id, sent=1, answered=answered, values=trial.values)
    return LineVerdict(line=line.id, causes=trial.findings, devices=[checked_device])


def _show(change: SiteChange, verdict: LineVerdict | None) -> None:
    if verdict is not None:
        print_causes(verdict.causes)
        for one in verdict.devices:
            print_values(one.values)
    print_change(change)


def _question(verdict: LineVerdict | None) -> Sentence:
    if verdict is not None and not verdict.fine:
        return Sentence("Something is wrong with the device. Write this nevertheless?", "C'è qualcosa che non va. Scrivere comunque?")
    return Sentence("Write this?", "Scrivere?")
