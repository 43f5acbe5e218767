"""The rules of `centre.situation` that a schema can't express."""

import re
from datetime import date
from urllib.parse import urlsplit

from yaml import Node

from gateway.config.problems import Problems, suggest
from gateway.config.rules.rule import Rule, check
from gateway.config.rules.server_rules import SERVER, is_loopback
from gateway.config.tree_to_struct import entry, key_node
from gateway.model.site.situation.api import SituationApiSettings
from gateway.model.site.situation.organisations import SituationWebhookSettings
from gateway.model.site.situation.room import ContextBrokerSettings, SituationSettings
from gateway.model.site.situation.subscriptions import SubscriptionSettings

_LEAP_YEAR = 2028

_TENANT, _SERVICE_PATH = re.compile(r"[a-z0-9_]{1,50}\Z"), re.compile(r"(?:/|(?:/[A-Za-z0-9_]{1,50}){1,10})\Z")
"""What Orion accepts (doc/manuals/orion-api.md, "Service" and "Service path")."""

_API = (
    Rule[SituationApiSettings](
        lambda s: s.tls is None and not is_loopback(s.listen.rpartition(":")[0].strip("[]").partition("%")[0]),
        "listen",
        "without TLS, tokens would cross the network readable",
        "name a certificate under 'tls', or listen on 127.0.0.1",
    ),
    Rule[SituationApiSettings](
        lambda s: s.url is not None and urlsplit(s.url)[2:] not in (("", "", ""), ("/", "", "")),
        "url",
        "the API is at the root of its address",
        "write the address without a path",
    ),
)

_WEBHOOK = (
    Rule[SituationWebhookSettings](
        lambda s: s.ca is not None and not s.url.startswith("https:"),
        "ca",
        "'ca' has no effect without a webhook over HTTPS",
        "write https://, or remove 'ca'",
    ),
)

_BROKER = (
    Rule[ContextBrokerSettings](
        lambda s: s.ca is not None and not s.url.startswith("https:"),
        "ca",
        "'ca' has no effect without HTTPS",
        "write https://, or remove 'ca'",
    ),
    Rule[ContextBrokerSettings](
        lambda s: bool(urlsplit(s.url).query), "url", "the address of a broker has no query", "write the address without '?…'"
    ),
    Rule[ContextBrokerSettings](
        lambda s: s.tenant is not None and _TENANT.fullmatch(s.tenant) is None,
        "tenant",
        "this is not the name of a tenant",
        "write up to 50 of a-z, 0-9 and _",
    ),
    Rule[ContextBrokerSettings](
        lambda s: s.service_path is not None and _SERVICE_PATH.fullmatch(s.service_path) is None,
        "service_path",
        "this is not a service path",
        "write up to ten names of letters, digits and _, each after '/'",
    ),
    Rule[ContextBrokerSettings](
        lambda s: s.service_path is not None and s.api == "ngsi-ld",
        "service_path",
        "NGSI-LD has no service paths",
        "remove it, or write 'api: ngsi-v2'",
    ),
)

_SUBSCRIPTION = (
    Rule[SubscriptionSettings](
        lambda s: bool(s.email) == (s.webhook is not None),
        "",
        "a subscription needs exactly one way to be sent",
        "write either 'email: […]' or 'webhook: …'",
    ),
    Rule[SubscriptionSettings](
        lambda s: any("@" not in one for one in s.email), "email", "an e-mail address has no '@'", "write name@example.org"
    ),
    Rule[SubscriptionSettings](
        lambda s: s.webhook is not None and s.secret_file is None,
        "webhook",
        "without a secret, anybody could send such messages",
        "add 'secret_file: …'",
    ),
    Rule[SubscriptionSettings](
        lambda s: s.area is not None and (s.area.west > s.area.east or s.area.south > s.area.north),
        "area",
        "nothing is in this area",
        "exchange west and east, or south and north",
    ),
)


def check_situation(settings: SituationSettings, node: Node, problems: Problems, *, has_mail: bool) -> None:
    """Check who takes part in the Situation Room, where it is stored and served, where messages are sent, and the day of the patron."""
    if not settings.organisations:
        problems.add(key_node(node, "organisations"), "nobody takes part in the Situation Room", "add at least one organisation")
    if settings.postgresql is not None and settings.database is not None:
        problems.add(key_node(node, "database"), "situations are in one place", "remove either 'database' or 'postgresql'")
    _check_subscriptions(settings, node, problems, has_mail=has_mail)
    for alarm, event in settings.telemetry.items():
        for number, name in enumerate(event.organisations):
            if name not in settings.organisations:
                at = entry(node, "telemetry", alarm, "organisations", number)
                problems.add(at, f"there is no organisation '{name}'", suggest(name, settings.organisations))
    if settings.patron is not None and not _is_day(settings.patron):
        problems.add(entry(node, "patron"), f"'{settings.patron[:20]}' is not a month and a day", 'write for example "12-26"')
    if settings.api is not None:
        check(_API, settings.api, entry(node, "api"), problems)
    _check_organisations(settings, node, problems)
    _check_brokers(settings, node, problems)


def _check_organisations(settings: SituationSettings, node: Node, problems: Problems) -> None:
    for name, organisation in settings.organisations.items():
        if organisation.webhook is not None:
            at = entry(node, "organisations", name, "webhook")
            check(_WEBHOOK, organisation.webhook, at, problems)
            check(SERVER, urlsplit(organisation.webhook.url), entry(at, "url"), problems)
        if organisation.keys and (settings.api is None or settings.api.url is None):
            at = entry(node, "organisations", name, "keys")
            problems.add(
                at, "signed tokens name the address of the API, which is missing", "add 'url: https://…' under 'centre: situation: api:'"
            )


def _check_brokers(settings: SituationSettings, node: Node, problems: Problems) -> None:
    for name, broker in settings.push.items():
        at = entry(node, "push", name)
        check(_BROKER, broker, at, problems)
        check(SERVER, urlsplit(broker.url), entry(at, "url"), problems)


def _check_subscriptions(settings: SituationSettings, node: Node, problems: Problems, *, has_mail: bool) -> None:
    for name, one in settings.subscriptions.items():
        at = entry(node, "subscriptions", name)
        check(_SUBSCRIPTION, one, at, problems)
        if one.email and not has_mail:
            problems.add(entry(at, "email"), "there is no mail server", "add 'smtp:' under 'centre: alarms:'")
        if one.webhook is not None:
            check(SERVER, urlsplit(one.webhook), entry(at, "webhook"), problems)
        if one.organisation is not None and one.organisation not in settings.organisations:
            said = f"there is no organisation '{one.organisation}'"
            problems.add(entry(at, "organisation"), said, suggest(one.organisation, settings.organisations))
        owner = settings.organisations.get(one.organisation or "")
        if one.near and (owner is None or owner.layer is None):
            problems.add(entry(at, "near"), "nobody knows what it owns", "name an 'organisation' that has a 'layer'")


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(f"{_LEAP_YEAR}-{text}")
    except ValueError:
        return False
    return True
