"""What the `situation` commands share."""

import contextlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import click

from gateway.centre.situation.opening import open_situations
from gateway.centre.situation.port import SituationsUnavailable
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.settings import room_rules
from gateway.cli.common import fail, in_language, read_centre
from gateway.config.problems import suggest
from gateway.host import clock
from gateway.model.site.situation.room import SituationSettings
from gateway.situation.event.document import DraftFeature
from gateway.situation.event.reading import MOST_BYTES, EventRejected, read_feature
from gateway.situation.lifecycle.actions import Publish, SituationAction, Update
from gateway.situation.lifecycle.due import notice_missed
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.permissions import STATE_WORDS, ActionRefused
from gateway.situation.lifecycle.situation import Situation
from gateway.situation.times.instants import day_of
from gateway.web.situation.tokens import TokensFile

_Command = TypeVar("_Command", bound=Callable[..., Any])

SITUATION = click.argument("situation", metavar="SITUATION")
FILE = click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
AS_SEEN_BY = click.option("--as", "organisation", help="Show what this organisation may see; by default, everything.")
_WHO = click.option("--as", "organisation", required=True, help="The organisation for which you act.")
_PERSON = click.option("--by", "person", required=True, help="Who you are: one of its people in the site file.")


def acting(command: _Command) -> _Command:
    """Add the options that say who acts."""
    return _WHO(_PERSON(command))


@contextlib.contextmanager
def opened(site: Path) -> Iterator[SituationService]:
    """Open the Situation Room, and do what time has brought; exit with an error message if that is not possible."""
    centre = read_centre(site)
    settings = settings_of(centre.settings.situation)
    try:
        store = open_situations(centre.settings)
        with contextlib.closing(SituationService(store, room_rules(settings, ZoneInfo(centre.time_zone)))) as service:
            service.pass_time(clock.now_ms())
            yield service
    except ActionRefused as refused:
        fail(in_language(*refused.text))
    except SituationsUnavailable as error:
        fail(f"can't use the situations: {error}")


def act(site: Path, situation: str, action: SituationAction, organisation: str, person: str) -> None:
    """Do something with a situation for an organisation, and print what became of it."""
    actor = actor_of(site, organisation, person)
    with opened(site) as service:
        done = service.do(situation, action, actor, clock.now_ms())
        click.echo(summary(done))
        missed_ms = notice_missed(done, service.rules.times)
    if missed_ms is not None and isinstance(action, Publish | Update):
        day = day_of(missed_ms - 1, ZoneInfo(read_centre(site).time_zone))
        late = in_language(
            f"announced late: {day} was the last day for works of this category",
            f"annuncio tardivo: l'ultimo giorno per lavori di questa categoria era il {day}",
        )
        click.secho(late, fg="yellow", err=True)


def actor_of(site: Path, organisation: str, person: str) -> Actor:
    """Return who acts; exit with an error message if the site file does not know the person, or lets it only read."""
    organisations = settings_of(read_centre(site).settings.situation).organisations
    if organisation not in organisations:
        fail(f"unknown organisation '{organisation}'; {suggest(organisation, organisations)}")
    people = organisations[organisation].people
    if person not in people:
        fail(f"'{person}' is not one of the people of {organisation}; {suggest(person, people, otherwise='add it to the site file')}")
    if people[person] != "editor":
        fail(f"'{person}' may only read: only an 'editor' of {organisation} publishes, changes and answers")
    return Actor(organisation, person)


def tokens_file(site: Path) -> tuple[TokensFile, Path, Collection[str]]:
    """Return the tokens of programs, their file, and the organisations that can have one."""
    centre = read_centre(site)
    organisations = settings_of(centre.settings.situation).organisations
    file = Path(centre.settings.situation_tokens_path())
    return TokensFile(file), file, organisations


def settings_of(settings: SituationSettings | None) -> SituationSettings:
    """Return the settings of the Situation Room; exit with an error message if there are none."""
    if settings is None:
        fail("the site file describes no Situation Room: add 'centre.situation'")
    return settings


def feature_in(file: Path) -> DraftFeature:
    """Return the feature in a file; print every reason and exit if it is none."""
    try:
        with file.open("rb") as opened_file:
            return read_feature(opened_file.read(MOST_BYTES + 1))
    except EventRejected as rejected:
        for reason in rejected.reasons:
            click.echo(f"{file}: {reason}", err=True)
        raise SystemExit(1) from rejected
    except OSError as error:
        fail(f"can't read {file}: {error}")


def state_of(situation: Situation) -> str:
    """Return the state of a situation in the language of the person, with what is overdue."""
    words = in_language(*STATE_WORDS[situation.state])
    late = {"start": in_language("start unconfirmed", "inizio non confermato"), "end": in_language("overrunning", "oltre il termine")}
    return words if situation.overdue is None else f"{words}, {late[situation.overdue]}"


def summary(situation: Situation) -> str:
    """Return one line about a situation."""
    return f"{situation.id}: {in_language('version', 'versione')} {situation.version}, {state_of(situation)}"
