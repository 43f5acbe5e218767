"""What a backup of a centre contains: its settings and secrets, the site's authority, and its databases."""

from pathlib import Path

import msgspec

from gateway.backup.contents import OF_THE_SYSTEM, BackedUpFile, WholePath, whole_path
from gateway.config.site_file import CentreSite
from gateway.model.site.centre import CentreSettings

LARGEST_FILE = 64 << 20
"""An authority's register grows with the site."""


class CentreBackupContents(msgspec.Struct, frozen=True):
    """Which centre it is of, when and with which version it was made, and its files; the databases come last, `dead_letters` first."""

    site: str
    host: str
    made_ms: int
    version: str
    site_file: WholePath
    dead_letters: WholePath
    databases: list[WholePath]
    files: list[BackedUpFile]


def databases_of(settings: CentreSettings, *, history: bool) -> list[Path]:
    """Return the databases of a centre that exist, dead letters first; the embedded history only if it is wanted."""
    named = [settings.dead_letters_path(), settings.alarms_path(), settings.situations_path()]
    if history and settings.store.history is not None:
        named.append(settings.store.history.path)
    return [path for path in (whole_path(Path(one)) for one in named) if path.is_file()]


def files_of_centre(site: Path, centre: CentreSite, authority: Path | None) -> list[Path]:
    """Return the small files of a centre: site file, the files of its connections, of its web page and of its API, and its authority.

    Those of its connections that do not exist are left out: systemd may provide them.

    Raises:
        FileNotFoundError: There is no such authority.
    """
    settings, console = centre.settings, centre.console
    influx, grafana, smtp = settings.store.influx, settings.grafana, settings.alarms.smtp
    postgresql = None if settings.situation is None else settings.situation.postgresql
    logins = [settings.login, *(one.login for one in (influx, grafana, smtp, postgresql) if one is not None)]
    named = [settings.tls.ca, settings.tls.cert, settings.tls.key, *(one.password_file for one in logins if one is not None)]
    named += [influx.token_file, influx.ca] if influx is not None else []
    if grafana is not None:
        named += [grafana.token_file, grafana.ca, *(one.webhook_token_file for one in grafana.contacts.values())]
    named += [one.ca for one in (smtp, postgresql) if one is not None]
    named += [file for one in settings.alarms.contacts.values() for file in (one.secret_file, one.ca)]
    named += _of_room(settings)
    named += [console.users, console.streets, *((console.tls.cert, console.tls.key) if console.tls is not None else ())]
    found = [Path(one) for one in named if one is not None and not one.startswith("$")]
    if authority is not None:
        if not authority.is_dir():
            raise FileNotFoundError(f"there is no authority at {authority}")
        found += sorted(authority.rglob("*"))
    return [one for one in dict.fromkeys(map(whole_path, [site, *found])) if _is_kept(one)]


def _of_room(settings: CentreSettings) -> list[str | None]:
    """Return the files of the Situation Room's API, pages, webhooks, context brokers and subscriptions."""
    if settings.situation is None:
        return []
    api, webhooks = settings.situation.api, [one.webhook for one in settings.situation.organisations.values() if one.webhook is not None]
    found: list[str | None] = [file for one in webhooks for file in (one.secret_file, one.ca)]
    found += [file for one in settings.situation.subscriptions.values() for file in (one.secret_file, one.ca)]
    found += [file for one in settings.situation.push.values() for file in (one.token_file, one.ca)]
    if api is not None:
        found += [
            settings.situation_tokens_path(),
            settings.situation_people_path(),
            *((api.tls.cert, api.tls.key) if api.tls is not None else ()),
        ]
    return found


def _is_kept(path: Path) -> bool:
    return path.is_file() and not str(path).startswith(OF_THE_SYSTEM) and path.stat().st_size <= LARGEST_FILE
