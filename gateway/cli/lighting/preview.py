"""`gateway lighting preview`: a night or a year before it comes."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import click
import msgspec

from gateway.analytics.sun import Interval
from gateway.cli.common import columns, fail, in_language
from gateway.cli.lighting.common import read_lighting, rules_in
from gateway.cli.options import JSON, SITE
from gateway.config.problems import suggest
from gateway.control.preview.forecast import GroupForecast, forecast
from gateway.control.preview.night import Night, NightStep, dusk_of
from gateway.control.preview.night_picture import NightPicture
from gateway.control.preview.texts import TextLanguage, duration, lamps_in_words, long_date, number, short_month
from gateway.control.preview.year_picture import YearPicture
from gateway.control.programs.local_days import lighting_day_of
from gateway.control.settings import LampGroup, groups_of
from gateway.control.timetable import Timetable
from gateway.host.files import write_whole
from gateway.model.site.lighting import LightingControlSettings


class NightDate(click.ParamType):  # type: ignore[type-arg]  # generic in newer versions of click alone
    """The day on which a night begins: 2027-03-28."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Return the date. Calendars reach from 1970 to 2100."""
        try:
            found = value if isinstance(value, date) else date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"'{value}' is not a date; write for example 2027-03-28", param, ctx)
        if not 1970 <= found.year <= 2100:
            self.fail(f"{found} is out of range; write a date from 1970 to 2100", param, ctx)
        return found


@click.command()
@SITE
@click.option("--date", "day", type=NightDate(), help="The day on which the night begins, for example 2027-03-28; by default, today.")
@click.option("--year", "whole_year", is_flag=True, help="All nights of that year.")
@click.option("--group", "names", multiple=True, help="Only this group of lamps; may be repeated.")
@click.option("--svg", type=click.Path(path_type=Path, dir_okay=False), help="File for the picture.")
@click.option("--language", type=click.Choice(["en", "it"]), help="Language of the picture; by default, that of the terminal.")
@JSON
def command(
    site: Path, day: date | None, names: Sequence[str], svg: Path | None, language: str | None, *, whole_year: bool, as_json: bool
) -> None:
    r"""Show when the lamps of SITE will switch, why, for how long they burn, and what energy that takes.

    A night is from noon to noon. It is as the programs and the sun make it: photocells, presence sensors and traffic counters, which are
    not known before, count as silent. Where the traffic reduces the light, the least energy is shown too.

    \b
    gateway lighting preview site.yaml
    gateway lighting preview site.yaml --date 2027-03-28 --svg night.svg
    gateway lighting preview site.yaml --date 2027-01-01 --year --json
    """
    loaded, lighting = read_lighting(site)
    zone, spoken = ZoneInfo(loaded.time_zone), cast("TextLanguage", language or in_language("en", "it"))
    timetable = Timetable(rules_in(loaded, lighting))
    chosen = _chosen(lighting, names, site)
    first = day or lighting_day_of(round(1000 * datetime.now(UTC).timestamp()), zone)
    days = 1
    if whole_year:
        first = date(first.year, 1, 1)
        days = (date(first.year + 1, 1, 1) - first).days
    found = [forecast(one, timetable, first, days) for one in chosen]
    if svg is not None:
        _write(svg, _picture(loaded.site, found, timetable, spoken, whole_year=whole_year))
    if as_json:
        click.echo(msgspec.json.encode(_document(loaded.site, loaded.time_zone, found)))
    elif whole_year:
        _print_year(found, spoken)
    else:
        _print_night(found, timetable, spoken)


def _chosen(lighting: LightingControlSettings, names: Sequence[str], site: Path) -> list[LampGroup]:
    groups = groups_of(lighting)
    if not groups:
        fail(in_language(f"{site} has no lamps: add 'groups:' to 'lighting:'", f"{site} non ha lampade: aggiungi 'groups:' a 'lighting:'"))
    known = {one.output.name: one for one in groups}
    for name in names:
        if name not in known:
            fail(in_language(f"unknown group '{name}'; ", f"gruppo sconosciuto '{name}'; ") + suggest(name, known))
    return [known[name] for name in names] or groups


def _picture(site: str, found: Sequence[GroupForecast], timetable: Timetable, language: TextLanguage, *, whole_year: bool) -> str:
    place, nights = timetable.rules.place, found[0].nights
    dusk = dusk_of(Interval(nights[0].span.from_ms, nights[-1].span.to_ms), place.position)
    if whole_year:
        return YearPicture(site, found, dusk.below_horizon, place.zone, language).svg()
    return NightPicture(site, found, dusk, place.zone, language).svg()


def _write(file: Path, content: str) -> None:
    try:
        write_whole(file, content.encode())
    except OSError as error:
        fail(in_language(f"can't write {file}: {error.strerror}", f"impossibile scrivere {file}: {error.strerror}"))


def _document(site: str, time_zone: str, found: Sequence[GroupForecast]) -> dict[str, Any]:
    zone = ZoneInfo(time_zone)
    return {"site": site, "time_zone": time_zone, "groups": [_group(one, zone) for one in found]}


def _group(one: GroupForecast, zone: ZoneInfo) -> dict[str, Any]:
    lamps, power = len(one.group.lamps), one.group.power
    return {
        "group": one.group.output.name,
        "lamps": lamps,
        "calendar": one.group.output.calendar,
        "hours": round(one.hours, 4),
        "energy_kwh": round(one.kwh, 4),
        "least_energy_kwh": None if one.least_kwh is None else round(one.least_kwh, 4),
        "switches": one.switches,
        "nights": [
            {
                "date": night.day.isoformat(),
                "program": night.program,
                "hours": round(night.lit_ms() / 3_600_000, 4),
                "energy_kwh": round(lamps * night.energy_wh(power) / 1000, 4),
                "steps": [_step(step, zone) for step in night.steps],
            }
            for night in one.nights
        ],
    }


def _step(step: NightStep, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": datetime.fromtimestamp(step.from_ms / 1000, zone).isoformat(timespec="seconds"),
        "level": step.level,
        "ramp_s": (step.ramp_ends_ms - step.from_ms) / 1000,
        "reason": step.reason,
        "source": step.source,
    }


def _print_night(found: Sequence[GroupForecast], timetable: Timetable, language: TextLanguage) -> None:
    zone = timetable.rules.place.zone
    click.echo(long_date(found[0].nights[0].day, language))
    for one in found:
        night = one.nights[0]
        program = night.program or in_language("no program", "nessun programma")
        click.echo(f"\n{click.style(one.group.output.name, bold=True)}  {program}")
        rows = [_cells(step, zone) for step in night.switches()]
        if not rows:
            level = night.steps[0].level
            rows = [["", f"{level} %", in_language("all the time", "sempre")]]
        for line in columns(rows, right=(1,)):
            click.echo(f"  {line}".rstrip())
        click.echo(f"  {_figures(one, language)}")


def _cells(step: NightStep, zone: ZoneInfo) -> list[str]:
    ramp_s = (step.ramp_ends_ms - step.from_ms) / 1000
    in_time = "" if not ramp_s else in_language(f" within {ramp_s:g} s", f" entro {ramp_s:g} s")
    return [
        datetime.fromtimestamp(step.from_ms / 1000, zone).strftime("%H:%M:%S"),
        f"{step.level} %" if step.level else in_language("off", "spenta"),
        f"{step.reason} {step.source}{in_time}".rstrip(),
    ]


def _figures(one: GroupForecast, language: TextLanguage) -> str:
    said = f"{duration(one.hours)}, {lamps_in_words(len(one.group.lamps), language)}, {number(one.kwh, 3, language)} kWh"
    if one.least_kwh is None:
        return said
    least = number(one.least_kwh, 3, language)
    return said + in_language(f" (with little traffic {least} kWh)", f" (con poco traffico {least} kWh)")


def _print_year(found: Sequence[GroupForecast], language: TextLanguage) -> None:
    head = in_language("group,month,nights,hours,switches,kWh", "gruppo,mese,notti,ore,commutazioni,kWh").split(",")
    rows = [head]
    for one in found:
        months: dict[int, list[Night]] = {}
        for night in one.nights:
            months.setdefault(night.day.month, []).append(night)
        rows += [_row(one, nights, short_month(month, language), language) for month, nights in months.items()]
        rows.append(_row(one, one.nights, in_language("year", "anno"), language))
    for line in columns(rows, right=range(2, len(head))):
        click.echo(line)


def _row(one: GroupForecast, nights: Sequence[Night], name: str, language: TextLanguage) -> list[str]:
    part = GroupForecast(one.group, tuple(nights), None)
    figures = (str(len(nights)), number(part.hours, 1, language), str(part.switches), number(part.kwh, 1, language))
    return [one.group.output.name, name, *figures]
