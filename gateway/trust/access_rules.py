"""Mosquitto's access rules from the site file: a block for each user, and nothing for anybody else. Pure.

One block for each user, no patterns: with `pattern … %u`, mosquitto 2.0 would not stop a gateway that is connected when it is removed.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from gateway.model import topics
from gateway.model.site.access import AccessSettings, GrantSettings
from gateway.model.site.assets import AssetSettings
from gateway.model.topics import GatewayId
from gateway.trust.areas import assets_in

CENTRE_USER = "centre"
"""The user of the processes beside the broker, which connect over loopback with a password."""

MADE = "# Made by 'gateway broker-config': changes to this file are lost. docs/broker.md explains it.\n"
"""The first line of the files that are made."""


class AccessError(Exception):
    """The site files contradict each other; the message says what to do."""


class AccessUser(NamedTuple):
    """A user, and what it may do: lines such as `read prato/v1/+/city/+/+`."""

    name: str
    rights: tuple[str, ...]


class AccessPlan(NamedTuple):
    """Everything that the rules of a site follow from."""

    site: str
    access: AccessSettings
    gateways: frozenset[GatewayId]
    assets: Mapping[str, AssetSettings]
    organisations: frozenset[str] = frozenset()
    """Those of the Situation Room. One that is also a utility is the same user."""


def access_file(plan: AccessPlan) -> str:
    """Return the file of access rules.

    Raises:
        AccessError: Two users have the same name.
    """
    blocks = (f"\nuser {user.name}\n" + "".join(f"topic {right}\n" for right in user.rights) for user in users_of(plan))
    return MADE + "".join(blocks)


def users_of(plan: AccessPlan) -> list[AccessUser]:
    """Return the users of a site: the centre, its processes, the gateways, the utilities and the organisations of the Situation Room.

    Raises:
        AccessError: Two users have the same name.
    """
    users = [
        AccessUser(CENTRE_USER, _centre(plan.site)),
        *(AccessUser(name, _process(plan.site, name, role)) for name, role in sorted(plan.access.processes.items())),
        *(AccessUser(one.user, _gateway(one)) for one in sorted(plan.gateways)),
        *(AccessUser(name, _reader(plan, name)) for name in sorted(plan.organisations | plan.access.utilities.keys())),
    ]
    seen: set[str] = set()
    for user in users:
        if user.name in seen:
            raise AccessError(f"two users would have the name '{user.name}': rename a gateway, a process, a utility or an organisation")
        seen.add(user.name)
    return users


def narrowed(old: str, new: str) -> list[str]:
    """Return the users who may do less by new rules than by old ones, or nothing any more; both are files of rules."""
    after = _rights_in(new)
    return sorted(user for user, rights in _rights_in(old).items() if not rights <= after.get(user, set()))


def _rights_in(text: str) -> dict[str, set[str]]:
    """Return the rights of each user in a file of rules: pairs of one that it has by `readwrite` are two."""
    found: dict[str, set[str]] = {}
    rights = set[str]()
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        if word == "user":
            rights = found.setdefault(rest.strip(), set())
        elif word == "topic":
            verb, _, topic = rest.partition(" ")
            rights |= {f"{one} {topic}" for one in (("read", "write") if verb == "readwrite" else (verb,))}
    return found


def grants_of_nothing(plan: AccessPlan) -> Iterator[str]:
    """Yield a sentence for every grant that lets its utility read nothing, as far as the site files say."""
    operators = {one.operator for one in plan.gateways}
    for name, grants in sorted(plan.access.utilities.items()):
        for grant in grants:
            if grant.operator not in operators:
                yield f"'{name}' may read assets of '{grant.operator}', which has no gateway"
            if grant.area is not None and not assets_in(plan.access.areas[grant.area], plan.assets):
                yield f"'{name}' may read the area '{grant.area}', in which there is no asset with a position"


def _gateway(one: GatewayId) -> tuple[str, ...]:
    return (
        f"write {one.topic('data')}",
        f"write {one.topic('time')}",
        f"readwrite {one.topic('state')}",
        f"write {one.every_schema()}",
        f"read {one.topic('receipt')}",
        f"read {one.topic('ask')}",
        f"write {one.topic('renewal')}",
        f"read {one.topic('certificate')}",
        f"read {one.topic('configure')}",
        f"write {one.topic('configured')}",
        f"write {one.topic('report')}",
        f"write {one.topic('fetch')}",
        f"read {one.topic('piece')}",
        f"read {one.device_topic('cmd')}",
        f"write {one.device_topic('ack')}",
        f"read {topics.every_worker(one.site)}",
    )


def _centre(site: str) -> tuple[str, ...]:
    """Return what all roles together need."""
    return (
        f"readwrite {topics.every_gateway(site, 'data')}",
        f"read {topics.every_gateway(site, 'time')}",
        f"readwrite {topics.every_gateway(site, 'state')}",
        f"readwrite {topics.every_gateway(site, 'schema/+')}",
        f"write {topics.every_gateway(site, 'receipt')}",
        f"write {topics.every_gateway(site, 'ask')}",
        f"read {topics.every_gateway(site, 'renewal')}",
        f"write {topics.every_gateway(site, 'certificate')}",
        f"write {topics.every_gateway(site, 'configure')}",
        f"read {topics.every_gateway(site, 'configured')}",
        f"readwrite {topics.every_gateway(site, 'report')}",
        f"read {topics.every_gateway(site, 'fetch')}",
        f"write {topics.every_gateway(site, 'piece')}",
        f"write {topics.every_device(site, 'cmd')}",
        f"read {topics.every_device(site, 'ack')}",
        f"readwrite {topics.rollouts(site)}",
        f"readwrite {topics.every_worker(site)}",
        f"readwrite {topics.every_asset(site)}",
        f"readwrite {topics.situation_room(site)}",
    )


def _process(site: str, name: str, role: str) -> tuple[str, ...]:
    """Return what one role needs. The ingest clears schema documents, and the command of the role `fleet` what a gateway left."""
    every = topics.every_gateway
    rights = {
        "ingest": (
            f"read {every(site, 'data')}",
            f"read {every(site, 'time')}",
            f"read {every(site, 'state')}",
            f"readwrite {every(site, 'schema/+')}",
            f"write {every(site, 'receipt')}",
            f"write {every(site, 'ask')}",
            f"readwrite {topics.worker_state(site, name)}",
        ),
        "city": (
            f"read {every(site, 'data')}",
            f"read {every(site, 'schema/+')}",
            f"write {every(site, 'ask')}",
            f"readwrite {topics.every_asset(site)}",
        ),
        "alarms": (
            f"read {every(site, 'state')}",
            f"read {topics.every_worker(site)}",
            f"read {topics.every_asset(site)}",
            f"read {topics.room_works(site)}",
            f"read {topics.rollouts(site)}",
            f"readwrite {topics.every_alarm(site)}",
        ),
        "firmware": (
            f"read {every(site, 'state')}",
            f"read {every(site, 'schema/+')}",
            f"read {topics.every_asset(site)}",
            f"write {topics.every_device(site, 'cmd')}",
            f"read {topics.every_device(site, 'ack')}",
            f"read {every(site, 'fetch')}",
            f"write {every(site, 'piece')}",
            f"readwrite {topics.rollouts(site)}",
        ),
        "page": (
            f"read {every(site, 'state')}",
            f"read {topics.every_worker(site)}",
            f"read {topics.every_asset(site)}",
            f"read {topics.rollouts(site)}",
        ),
        "fleet": (
            f"write {every(site, 'data')}",
            f"readwrite {every(site, 'state')}",
            f"readwrite {every(site, 'schema/+')}",
            f"readwrite {every(site, 'report')}",
            f"readwrite {topics.every_asset(site)}",
            f"write {every(site, 'configure')}",
            f"read {every(site, 'configured')}",
        ),
        "trust": (
            f"read {every(site, 'state')}",
            f"read {every(site, 'renewal')}",
            f"write {every(site, 'ask')}",
            f"write {every(site, 'certificate')}",
        ),
        "situation": (f"readwrite {topics.situation_room(site)}", f"read {topics.every_alarm(site)}"),
    }
    return rights[role]


def _reader(plan: AccessPlan, name: str) -> tuple[str, ...]:
    """Return what a utility was granted, and what it may do as an organisation of the Situation Room."""
    granted = (topic for grant in plan.access.utilities.get(name, []) for topic in _granted(plan, grant))
    rights = tuple(f"read {topic}" for topic in dict.fromkeys(granted))
    return rights + _organisation(plan.site, name) if name in plan.organisations else rights


def _organisation(site: str, name: str) -> tuple[str, ...]:
    return (
        f"read {topics.every_situation(site, None)}",
        f"read {topics.every_situation(site, name)}",
        f"read {topics.situation_answer(site, name)}",
        f"read {topics.situation_near(site, name)}",
        f"write {topics.situation_request(site, name)}",
    )


def _granted(plan: AccessPlan, grant: GrantSettings) -> Iterator[str]:
    assets = ["+"] if grant.area is None else assets_in(plan.access.areas[grant.area], plan.assets)
    for measurement in grant.measurements or ["+"]:
        for asset in assets:
            yield topics.city(plan.site, grant.operator, measurement, asset)
