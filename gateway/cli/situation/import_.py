"""`gateway situation import`: situations from a document of others."""

from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import click
from msgspec.structs import replace

from gateway.centre.situation.service import SituationService, SituationUnknown
from gateway.cli.common import fail, in_language, read_centre
from gateway.cli.options import SITE
from gateway.cli.situation.common import FILE, acting, actor_of, opened
from gateway.host import clock
from gateway.situation.event.content import SituationContent
from gateway.situation.event.document import DraftFeature, SituationFeature
from gateway.situation.event.kinds import SituationState
from gateway.situation.imports.importing import READERS
from gateway.situation.imports.port import MOST_BYTES, ImportedSituation, ImportRejected
from gateway.situation.lifecycle.actions import Publish, Update
from gateway.situation.lifecycle.parties import Actor
from gateway.situation.lifecycle.permissions import ActionRefused

_NOT_IMPORTED = "not imported"


@click.command()
@SITE
@FILE
@click.option("--format", "format_name", required=True, type=click.Choice(sorted(READERS)), help="The format of the file.")
@acting
@click.option("--dry-run", is_flag=True, help="Show what would be done.")
def command(site: Path, file: Path, format_name: str, organisation: str, person: str, *, dry_run: bool) -> None:
    r"""Publish the situations in FILE, for your organisation; those that it has published before are updated.

    Everything in FILE that is not understood is printed, and nothing is guessed. Exits with 1 if a situation was not imported.
    docs/situation-formats.md describes the formats.

    \b
    gateway situation import centre.yaml cantieri.xml --format datex --as comune --by luca --dry-run
    gateway situation import centre.yaml piano-2027.csv --format works-programme --as publiacqua --by anna
    """
    actor = actor_of(site, organisation, person)
    imported = _read(file, format_name, ZoneInfo(read_centre(site).time_zone))
    done: Counter[str] = Counter()
    with opened(site) as service:
        for one in imported:
            outcome = _outcome(service, one, actor, dry_run=dry_run)
            done[outcome] += 1
            click.echo(
                f"{one.source}: {_words(outcome)}{f' ({one.draft.id})' if one.draft is not None and one.draft.id != one.source else ''}"
            )
            for deviation in one.deviations:
                click.echo(f"  {in_language(*deviation)}")
    click.echo(", ".join(f"{count} {_words(outcome)}" for outcome, count in done.items()) or _words("nothing to import"))
    raise SystemExit(1 if done[_NOT_IMPORTED] else 0)


def _read(file: Path, format_name: str, zone: ZoneInfo) -> list[ImportedSituation]:
    try:
        with file.open("rb") as opened_file:
            return READERS[format_name](opened_file.read(MOST_BYTES + 1), zone)
    except ImportRejected as rejected:
        fail(f"{file}: {in_language(*rejected.text)}")
    except OSError as error:
        fail(f"can't read {file}: {error}")


def _outcome(service: SituationService, one: ImportedSituation, actor: Actor, *, dry_run: bool) -> str:
    """Publish or update a situation, and return which."""
    if one.draft is None or one.draft.id is None:
        return _NOT_IMPORTED
    before = _present(service, one.draft.id, actor)
    if before is not None:
        _name_state(one.source, before.properties.state, one.draft.properties.state)
        if before.properties.state.over or _same(before, one.draft):
            return "unchanged"
    try:
        if not dry_run:
            service.do(one.draft.id, _action(one.draft.id, one.draft, before), actor, clock.now_ms())
    except ActionRefused as refused:
        click.echo(f"{one.source}: {in_language(*refused.text)}", err=True)
        return _NOT_IMPORTED
    return "published" if before is None else "updated"


def _name_state(source: str, ours: SituationState, theirs: SituationState | None) -> None:
    if theirs not in (None, ours):
        differs = in_language(f"the document says {theirs}, here it is {ours}", f"il documento dice {theirs}, qui è {ours}")
        click.echo(f"{source}: {differs}", err=True)


def _present(service: SituationService, name: str, actor: Actor) -> SituationFeature | None:
    try:
        return service.seen(name, actor.organisation)
    except SituationUnknown:
        return None


def _same(before: SituationFeature, draft: DraftFeature) -> bool:
    new = _merged(draft, before)
    return before.geometry == draft.geometry and all(
        getattr(before.properties, name) == getattr(new, name) for name in new.__struct_fields__
    )


def _merged(draft: DraftFeature, before: SituationFeature) -> SituationContent:
    """Return the content of a draft, with the times that were reported here: a plan does not undo them."""
    content, known = draft.properties.content(), before.properties.timing
    reported = {name: getattr(known, name) for name in ("actual_start", "actual_end", "start_verified", "end_verified")}
    return replace(content, timing=replace(content.timing, **reported))


def _action(name: str, draft: DraftFeature, before: SituationFeature | None) -> Publish | Update:
    if before is None:
        return Publish(id=name, content=draft.properties.content(), geometry=draft.geometry, state=draft.properties.state)
    return Update(content=_merged(draft, before), geometry=draft.geometry, version=before.properties.version)


def _words(outcome: str) -> str:
    italian = {
        "published": "pubblicata",
        "updated": "aggiornata",
        "unchanged": "invariata",
        _NOT_IMPORTED: "non importata",
        "nothing to import": "niente da importare",
    }
    return in_language(outcome, italian[outcome])
