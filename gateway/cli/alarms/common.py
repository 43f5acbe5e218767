"""What the `alarms` commands share."""

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal

import click

from gateway.alarms.catalogue import KINDS
from gateway.alarms.state import LONGEST_BY, LONGEST_COMMENT, Action, Alarm, AlarmKey
from gateway.centre.alarms.file import AlarmFile
from gateway.centre.alarms.notification.queue import NotificationState, state_of_queues
from gateway.cli.common import fail, in_language, read_centre
from gateway.config.problems import suggest
from gateway.host import clock
from gateway.model.messages import AlarmText
from gateway.model.site.centre import CentreSettings

ASSETS = click.argument("assets", nargs=-1, required=True, metavar="ASSET...")
KIND = click.option("--kind", help="Only alarms of this kind; docs/alarms.md lists them.")
OPERATOR = click.option("--operator", help="Only those of this operator.")
BY = click.option("--by", required=True, help="Who does it: a role, such as 'control room'. It is shown with the alarm.")

COMMENT = click.option("--comment", default="", help="What others should know; it is shown with the alarm.")

_APPLIED_WITHIN_S, _LOOK_EVERY_S = 5.0, 0.1


@contextlib.contextmanager
def opened(site: Path) -> Iterator[AlarmFile]:
    """Open the alarms of a centre; exit with an error message if the file can't be used."""
    path = Path(read_centre(site).settings.alarms_path())
    if not path.is_file():
        fail(f"no alarms: {path} does not exist; the role 'alarms' of 'gateway central' makes it")
    try:
        file = AlarmFile(path)
    except (OSError, sqlite3.Error) as error:
        fail(f"can't open the alarms {path}: {error}")
    try:
        yield file
    except sqlite3.Error as error:
        fail(f"can't use the alarms {path}: {error}")
    finally:
        file.close()


def notified_so_far(settings: CentreSettings) -> NotificationState:
    """Return what was sent and what waits; nothing if the role `alarms` never ran."""
    path = Path(settings.alarms_path())
    if not path.is_file():
        return NotificationState({}, [])
    try:
        return state_of_queues(path)
    except (OSError, sqlite3.Error) as error:
        fail(f"can't use the alarms {path}: {error}")


def raised(file: AlarmFile) -> dict[AlarmKey, Alarm]:
    """Return the alarms that are raised."""
    return {key: alarm for key, alarm in file.load().items() if alarm.state is not None and key.kind in KINDS}


def chosen(file: AlarmFile, assets: Sequence[str], kind: str | None, operator: str | None) -> list[AlarmKey]:
    """Return the alarms that a command names; exit with an error message if there is none at one of the assets."""
    if kind is not None and kind not in KINDS:
        fail(f"unknown kind '{kind}'; {suggest(kind, KINDS)}")
    found = [key for key in raised(file) if key.asset in assets and kind in (None, key.kind) and operator in (None, key.operator)]
    missing = sorted(set(assets) - {key.asset for key in found})
    if missing:
        fail(f"no such alarm at {', '.join(missing)}; 'gateway alarms list' lists them")
    return found


def do(
    file: AlarmFile,
    keys: Sequence[AlarmKey],
    verb: Literal["ack", "shelve", "unshelve"],
    by: str,
    comment: str = "",
    until_ms: int | None = None,
) -> None:
    """Have the centre do something with alarms, and wait until it has."""
    if not by.strip() or len(by) > LONGEST_BY:
        fail(f"--by needs 1 to {LONGEST_BY} characters")
    if len(comment) > LONGEST_COMMENT:
        fail(f"--comment has {LONGEST_COMMENT} characters at most")
    numbers = [file.ask(Action(key, verb, by.strip(), until_ms, comment.strip()), clock.now_ms()) for key in keys]
    until_s = time.monotonic() + _APPLIED_WITHIN_S
    while not all(file.is_applied(number) for number in numbers):
        if time.monotonic() > until_s:
            click.secho("the role 'alarms' of 'gateway central' does not run: it will do this when it starts", fg="yellow", err=True)
            break
        time.sleep(_LOOK_EVERY_S)
    for key in keys:
        click.echo(f"{verb}: {key.operator}/{key.asset} {title_of(key)} {key.part}".rstrip())


def title_of(key: AlarmKey, alarm: Alarm | None = None) -> str:
    """Return the title of an alarm in the language of the person; a device's own one, if that is known."""
    return text_of(KINDS[key.kind].title if alarm is None or alarm.title is None else alarm.title)


def text_of(text: AlarmText) -> str:
    """Return a text in the language of the person."""
    return in_language(text.en, text.it)
