"""The options that say what is rolled out to which devices, and how; and the plan that follows from them."""

import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple, NoReturn

import click
import msgspec

from firmware_tools.cli.rollout.common import answered, opened, say_later, with_options
from firmware_tools.image.release import FirmwareTarget, newest
from firmware_tools.rollout.device import DeviceName, KnownDevice
from firmware_tools.rollout.plan import planned, too_slow
from firmware_tools.rollout.selection import DeviceFilter, LeftOutDevice, select
from firmware_tools.rollout.state import Rollout
from firmware_tools.rollout.terms import RolloutTerms
from firmware_tools.rollout.windows import NightWindow
from gateway.centre.firmware.file import RolloutFile
from gateway.cli.common import fail, in_language
from gateway.cli.options import Seconds
from gateway.config.problems import ConfigError, suggest
from gateway.config.profile_library import ProfileLibrary
from gateway.config.site_file import CentreSite
from gateway.host import clock

_SECONDS = Seconds()
_DEFAULT = RolloutTerms(NightWindow(22 * 60, 5 * 60, "UTC"))

CHOICE = with_options(
    click.argument("firmware"),
    click.option("--operator", "operators", multiple=True, help="Only devices of this operator; may be repeated, like those that follow."),
    click.option("--area", "areas", multiple=True, help="Only devices in this area of the site file (centre.access.areas)."),
    click.option("--profile", "profiles", multiple=True, help="Only devices with this profile."),
    click.option("--gateway", "gateways", multiple=True, help="Only devices of this gateway."),
    click.option("--hardware", multiple=True, help="Only this hardware revision."),
    click.option("--from-version", "versions", multiple=True, help="Only devices that have this version now."),
)

TERMS = with_options(
    click.option(
        "--canaries",
        type=click.IntRange(1),
        default=_DEFAULT.canaries,
        show_default=True,
        help="Devices that are updated first, at least; there is one of every hardware revision and version.",
    ),
    click.option("--waves", default="10,30,60", show_default=True, help="Shares of the other devices in percent, wave by wave."),
    click.option("--window", default="22:00-05:00", show_default=True, help="When devices are updated, in the site's time zone."),
    click.option(
        "--per-line", type=click.IntRange(1), default=_DEFAULT.per_line, show_default=True, help="Devices of a line at once, at most."
    ),
    click.option(
        "--per-site", type=click.IntRange(1), default=_DEFAULT.per_site, show_default=True, help="Devices of the site at once, at most."
    ),
    click.option(
        "--watch", "watch_s", type=_SECONDS, default="12h", show_default=True, help="How long devices must work before the next wave."
    ),
    click.option(
        "--settle",
        "settle_s",
        type=_SECONDS,
        default="15min",
        show_default=True,
        help="How long a device may be silent or in alarm after its update.",
    ),
    click.option(
        "--failed-share",
        type=click.FloatRange(0, 99),
        default=5.0,
        show_default=True,
        help="Percentage of a wave that may fail; of the canaries, none may.",
    ),
    click.option("--failed-count", type=click.IntRange(0), help="Devices that may fail in all."),
    click.option(
        "--patience",
        "patience_s",
        type=_SECONDS,
        default="48h",
        show_default=True,
        help="How long a wave waits for devices that do not answer.",
    ),
    click.option(
        "--attempts", type=click.IntRange(1, 20), default=_DEFAULT.attempts, show_default=True, help="How often a device is tried."
    ),
    click.option(
        "--deadline", "deadline_s", type=_SECONDS, default="720h", show_default=True, help="When the roll-out ends, whatever is left."
    ),
    click.option("--ask", is_flag=True, help="Ask all devices what they are, also those that have said it before."),
    click.option("--ask-for", "ask_for_s", type=_SECONDS, default="2min", show_default=True, help="How long to wait for what devices say."),
)


class Proposal(NamedTuple):
    """What would be rolled out, and which devices are left out."""

    rollout: Rollout
    left_out: list[LeftOutDevice]


class Choice(NamedTuple):
    """The options that choose devices."""

    firmware: str
    operators: tuple[str, ...]
    areas: tuple[str, ...]
    profiles: tuple[str, ...]
    gateways: tuple[str, ...]
    hardware: tuple[str, ...]
    versions: tuple[str, ...]

    @property
    def filter(self) -> DeviceFilter:
        """Which devices they choose."""
        return DeviceFilter(self.operators, self.areas, self.profiles, self.gateways, self.hardware, self.versions)


class AskingTerms(NamedTuple):
    """Whether all devices are asked again what they are, and how long to wait for that."""

    every: bool
    within_s: float


def terms_of(centre: CentreSite, *, window: str, waves: str, failed_share: float, **more: object) -> RolloutTerms:
    """Return the terms that options name, or exit with what is wrong with them."""
    try:
        night = NightWindow.read(window, centre.time_zone)
        shares = _shares(waves)
        terms = msgspec.convert(
            {"window": night, "waves": shares, "failed_share": failed_share / 100, **more}, RolloutTerms, from_attributes=True
        )
    except (ValueError, msgspec.ValidationError) as error:
        fail(str(error))
    for problem in terms.problems():
        fail(problem)
    return terms


def _shares(waves: str) -> tuple[float, ...]:
    """Return the shares that a text such as 10,30,60 names.

    Raises:
        ValueError: It names none.
    """
    try:
        return tuple(float(one) / 100 for one in waves.split(","))
    except ValueError as error:
        raise ValueError(f"'{waves}' are no waves; write their shares in percent, for example 10,30,60") from error


def propose(centre: CentreSite, choice: Choice, terms: RolloutTerms, asking: AskingTerms, by: str) -> Proposal:
    """Return what would be rolled out, or exit with the reason why that is not possible."""
    target = _target(centre, choice.firmware)
    with opened(centre) as file:
        _ask(file, _unknown(file.known(), choice, target, asking), asking.within_s)
        selection = select(_in_areas(centre, choice.areas, file.known()), choice.filter, target.release)
    if not selection.devices:
        _nothing(target, selection.left_out)
    slow = too_slow(selection.devices, target, terms)
    if slow:
        fail(
            in_language(
                f"{slow[0].name} and {len(slow) - 1} others can't be updated in a night of {terms.window}: their lines carry "
                f"{slow[0].bytes_per_s:.0f} bytes a second; choose a longer --window, or raise 'firmware: share:' of their gateways",
                f"{slow[0].name} e altri {len(slow) - 1} non si aggiornano in una notte {terms.window}: le loro linee portano "
                f"{slow[0].bytes_per_s:.0f} byte al secondo; scegli una --window più lunga, o alza 'firmware: share:' dei loro gateway",
            )
        )
    return Proposal(planned("new", selection.devices, target, terms, by, clock.now_ms()), selection.left_out)


def _target(centre: CentreSite, named: str) -> FirmwareTarget:
    """Return the firmware that an argument names: an image of the repository, or a model, of which it is the newest."""
    from firmware_tools.cli.repo.common import sentences
    from firmware_tools.repository.reading import read_verified

    settings = centre.settings.firmware
    if settings is None:
        fail("the site file names no repository of firmware: add 'centre: firmware: {repository: …, root: …}'")
    with sentences(), tempfile.TemporaryDirectory() as state:
        known = read_verified(settings.repository, Path(settings.root), Path(state), clock.now_ms).firmware()
    of_model = [one for one in known.values() if one.release.model == named]
    chosen = known.get(named) or newest(of_model)
    if chosen is None:
        names = [*known, *(one.release.model for one in known.values())]
        fail(
            in_language(f"the repository has no firmware '{named}'", f"il repository non ha il firmware '{named}'")
            + (f"; {suggest(named, names)}" if names else "")
        )
    return chosen


def _unknown(known: Iterable[KnownDevice], choice: Choice, target: FirmwareTarget, asking: AskingTerms) -> list[DeviceName]:
    """Return the devices to ask what they are: those that the driver of the firmware can update, by their profiles."""
    library = ProfileLibrary()
    drivers: dict[str, bool] = {}

    def may_have(profile: str) -> bool:
        """Return whether a profile names the driver; of one that only its gateway has, that is not known."""
        if profile not in library.names:
            return True
        try:
            firmware = library.get(profile).firmware
        except ConfigError:
            return True
        return firmware is not None and firmware.driver == target.release.driver

    found = []
    for one in known:
        if (asking.every or one.line is None) and choice.filter.may_choose(
            msgspec.structs.replace(one, area=next(iter(choice.areas), None))
        ):
            if one.profile not in drivers:
                drivers[one.profile] = may_have(one.profile)
            if drivers[one.profile]:
                found.append(one.name)
    return found


def _ask(file: RolloutFile, names: list[DeviceName], within_s: float) -> None:
    """Have the centre ask devices what they are, and wait for it."""
    if not names:
        return
    number = file.request("ask", "", "", clock.now_ms(), msgspec.msgpack.encode(names))
    said = in_language(f"asking {len(names)} devices what they are", f"chiedo a {len(names)} dispositivi che cosa sono")
    if not sys.stderr.isatty():
        click.echo(said, err=True)
        if not answered(file, number, within_s):
            say_later()
        return
    begun_s = time.monotonic()
    with click.progressbar(length=100, label=said, file=sys.stderr) as bar:

        def progress() -> None:
            share = min(99, round(100 * (time.monotonic() - begun_s) / within_s))
            bar.update(share - bar.pos)

        done = answered(file, number, within_s, progress)
        bar.update(100 - bar.pos)
    if not done:
        say_later()


def _in_areas(centre: CentreSite, areas: tuple[str, ...], known: list[KnownDevice]) -> list[KnownDevice]:
    """Return the devices with the area in which each is, of those that were asked for."""
    from gateway.trust.areas import contains

    if not areas:
        return known
    access = centre.settings.access
    corners = {} if access is None else access.areas
    for name in areas:
        if name not in corners:
            fail(f"unknown area '{name}'; " + (suggest(name, corners) if corners else "the site file has none (centre: access: areas:)"))
    return [
        msgspec.structs.replace(one, area=next((name for name in areas if contains(corners[name], one.lat, one.lon)), None))
        for one in known
        if one.lat is not None and one.lon is not None
    ]


def _nothing(target: FirmwareTarget, left_out: list[LeftOutDevice]) -> NoReturn:
    release = target.release
    fail(
        in_language(
            f"no device needs {release.model} {release.version}"
            + (f": {left_out[0].device.name}: {left_out[0].why.en}" if left_out else ""),
            f"nessun dispositivo ha bisogno di {release.model} {release.version}"
            + (f": {left_out[0].device.name}: {left_out[0].why.it}" if left_out else ""),
        )
    )
