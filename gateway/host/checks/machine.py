"""Whether this machine has what a site file needs: names that resolve, and ports to listen on that are free."""

import socket
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from queue import Empty, SimpleQueue
from urllib.parse import urlsplit

from gateway.host.checks.finding import Finding, Sentence
from gateway.host.http_server import ListenError, listening
from gateway.model.site.alarms import AlarmSettings
from gateway.model.site.file import Site
from gateway.model.site.situation.room import SituationSettings

_WITHIN_S = 2.0
"""How long all names together may take."""

_AT_ONCE = 16


def machine_findings(site: Site) -> Iterator[Finding]:
    """Yield the host names that don't resolve and the addresses to listen on that can't be used."""
    names = host_names(site)
    for name, why in unresolved(set(names.values()), _WITHIN_S).items():
        key = next(key for key, host in names.items() if host == name)
        yield Finding(
            key,
            Sentence(f"the name {name} can't be resolved: {why}", f"il nome {name} non si può risolvere: {why}"),
            Sentence(
                "correct it, or check the name server and the network of this machine",
                "correggilo, o controlla il server DNS e la rete di questa macchina",
            ),
        )
    for key, address in _listens(site).items():
        try:
            with listening(address):
                pass
        except ListenError:
            yield Finding(
                key,
                Sentence(
                    f"{address} is in use, or is not an address of this machine",
                    f"{address} è in uso, o non è un indirizzo di questa macchina",
                ),
                Sentence(
                    "stop the program that listens there, or set another address",
                    "ferma il programma che ascolta lì, o imposta un altro indirizzo",
                ),
            )


def host_names(site: Site) -> dict[str, str]:
    """Return the host names to connect to, by the key that names them."""
    found = {f"line {line.id}": address.rpartition(":")[0] for line in site.lines if (address := line.tcp or line.rtu_over_tcp) is not None}
    urls = _nodes("uplink.broker", site.uplink.broker) if site.uplink is not None else {}
    if site.centre is not None:
        urls |= _nodes("centre.broker", site.centre.broker)
        if site.centre.store.influx is not None:
            urls["centre.store.influx.url"] = site.centre.store.influx.url
        found |= _notified(site.centre.alarms)
        if site.centre.situation is not None:
            found |= _of_room(site.centre.situation)
    return found | {key: urlsplit(url).hostname or "" for key, url in urls.items()}


def _notified(alarms: AlarmSettings) -> dict[str, str]:
    """Return the host names of the mail server and of webhooks, by key."""
    hooks = {f"centre.alarms.contacts.{name}.webhook": one.webhook for name, one in alarms.contacts.items() if one.webhook is not None}
    found = {key: urlsplit(url).hostname or "" for key, url in hooks.items()}
    return found | ({} if alarms.smtp is None else {"centre.alarms.smtp.server": alarms.smtp.server.rpartition(":")[0].strip("[]")})


def _of_room(situation: SituationSettings) -> dict[str, str]:
    """Return the host names of the database of situations and of the webhooks of organisations and subscriptions, by key."""
    hooks = {
        f"organisations.{name}.webhook.url": one.webhook.url for name, one in situation.organisations.items() if one.webhook is not None
    }
    hooks |= {f"subscriptions.{name}.webhook": one.webhook for name, one in situation.subscriptions.items() if one.webhook is not None}
    found = {f"centre.situation.{key}": urlsplit(url).hostname or "" for key, url in hooks.items()}
    postgresql = situation.postgresql
    return found | ({} if postgresql is None else {"centre.situation.postgresql.server": postgresql.server.rpartition(":")[0].strip("[]")})


def _nodes(key: str, broker: str | tuple[str, ...]) -> dict[str, str]:
    """Return the URL of a broker by its key, or those of a cluster's nodes by theirs."""
    return {key: broker} if isinstance(broker, str) else {f"{key}.{number}": url for number, url in enumerate(broker)}


def _listens(site: Site) -> Mapping[str, str]:
    centre = {"centre.listen": site.centre.listen, "console.listen": site.console.listen} if site.centre is not None else {}
    if site.centre is not None and site.centre.situation is not None and site.centre.situation.api is not None:
        centre["centre.situation.api.listen"] = site.centre.situation.api.listen
    page = {"page.listen": site.page.listen} if site.page is not None else {}
    return ({"listen": site.listen} if site.gateway is not None else {}) | page | centre


def unresolved(names: Iterable[str], within_s: float) -> dict[str, str]:
    """Return the names that have no address, and why. Names without an answer in time count as such."""
    left, answers = sorted(names), SimpleQueue[tuple[str, str | None]]()
    waiting = iter(left)

    def resolve() -> None:
        for name in waiting:
            answers.put((name, _why_not(name.strip("[]"))))

    # Daemons: the resolver of the C library can't be told to stop.
    for _ in range(min(_AT_ONCE, len(left))):
        threading.Thread(target=resolve, daemon=True).start()
    found: dict[str, str | None] = dict.fromkeys(left, f"no answer within {within_s:g} s")
    ends_s = time.monotonic() + within_s
    try:
        for _ in left:
            name, why = answers.get(timeout=max(0.0, ends_s - time.monotonic()))
            found[name] = why
    except Empty:
        pass  # the time is over: names without an answer have that as their reason
    return {name: why for name, why in found.items() if why is not None}


def _why_not(name: str) -> str | None:
    try:
        socket.getaddrinfo(name, None)
    except (OSError, UnicodeError) as error:
        return (error.strerror if isinstance(error, OSError) else None) or str(error)
    return None
