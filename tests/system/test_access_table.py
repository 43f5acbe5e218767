"""What `gateway broker-config` makes of a site file, tried at a real mosquitto with TLS: every client on every topic, and a reload."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gateway.model.topics import GatewayId
from tests.hostile.broker import CENTRE_USER
from tests.hostile.client import Client
from tests.system.servers import wait_until
from tests.trust.broker import SiteAuthority, SiteBroker

pytestmark = pytest.mark.system

NOT_AUTHORISED = 0x87
GATEWAYS = (GatewayId("prato", "citelum", "gw-1"), GatewayId("prato", "citelum", "gw-2"), GatewayId("prato", "other", "gw-1"))
CHANNELS = (
    "data",
    "time",
    "state",
    "receipt",
    "ask",
    "renewal",
    "certificate",
    "configure",
    "configured",
    "report",
    "cmd/lamp-1",
    "ack/lamp-1",
    "fetch",
    "piece",
    "schema/0000000000000000",
)
WORKERS = ("prato/v1/centre/worker-1/state", "prato/v1/centre/worker-2/state")
ASSETS: dict[str, Any] = {"pl-1": {"lat": 43.5, "lon": 11.5}, "pl-2": {"lat": 44.5, "lon": 11.5}, "pl-3": {}}
SQUARE = [{"lat": 43, "lon": 11}, {"lat": 43, "lon": 12}, {"lat": 44, "lon": 12}, {"lat": 44, "lon": 11}]
ACCESS: dict[str, Any] = {
    "gateways": {"citelum": ["gw-1", "gw-2"], "other": ["gw-1"]},
    "processes": {
        "worker-2": "ingest",
        "plane": "city",
        "page": "page",
        "desk": "fleet",
        "signs": "trust",
        "sala": "situation",
        "firmware": "firmware",
    },
    "areas": {"square": SQUARE},
    "utilities": {
        "acqua": [{"operator": "citelum"}],
        "luce": [{"operator": "citelum", "measurements": ["lamp"]}],
        "centro": [{"operator": "other", "area": "square"}, {"operator": "citelum", "area": "square", "measurements": ["lamp"]}],
        "nobody": [],
    },
}
ROOM = {"organisations": {"acqua": {}, "comune": {"authority": True}}}
"""One of the two organisations is also a utility."""


def of(gateway: GatewayId, *channels: str) -> set[str]:
    return {f"prato/v1/{gateway.operator}/gw/{gateway.gateway}/{channel}" for channel in channels}


def of_all(*channels: str) -> set[str]:
    return set().union(*(of(gateway, *channels) for gateway in GATEWAYS))


def plane(
    operators: tuple[str, ...] = ("citelum", "other"),
    kinds: tuple[str, ...] = ("lamp", "weather", "alarm"),
    assets: tuple[str, ...] = ("pl-1", "pl-2", "pl-3"),
) -> set[str]:
    return {f"prato/v1/{operator}/city/{kind}/{asset}" for operator in operators for kind in kinds for asset in assets}


def situations(*organisations: str | None) -> set[str]:
    return {f"prato/v1/sr/{'public' if one is None else f'org/{one}'}/roadworks/x" for one in organisations}


def desk(last: str, *organisations: str) -> set[str]:
    return {f"prato/v1/sr/org/{one}/{last}" for one in organisations}


EVERY_ROOM = (
    situations(None, "acqua", "comune") | desk("request", "acqua", "comune") | desk("answer", "acqua", "comune") | {"prato/v1/sr/mark"}
)
ROLLOUTS = "prato/v1/firmware/rollouts"
SCHEMA = CHANNELS[-1]
ALL = sorted(
    of_all(*CHANNELS)
    | plane()
    | EVERY_ROOM
    | {*WORKERS, "prato/v1/centre/page/state", "prato/v1/centre/x", ROLLOUTS, "elsewhere/v1/citelum/gw/gw-1/data", "anything"}
)
STATES = {*WORKERS, "prato/v1/centre/page/state"}
MAY_PUBLISH: dict[str, set[str]] = {
    CENTRE_USER: of_all("data", "state", SCHEMA, "receipt", "ask", "certificate", "configure", "report", "cmd/lamp-1", "piece")
    | plane()
    | STATES
    | EVERY_ROOM
    | {ROLLOUTS},
    "worker-2": of_all(SCHEMA, "receipt", "ask") | {WORKERS[1]},
    "plane": of_all("ask") | plane(),
    "page": set(),
    "desk": of_all("data", "state", "configure", SCHEMA, "report") | plane(),
    "signs": of_all("ask", "certificate"),
    "sala": EVERY_ROOM,
    "firmware": of_all("cmd/lamp-1", "piece") | {ROLLOUTS},
    "comune": desk("request", "comune"),
    "acqua": desk("request", "acqua"),
    "luce": set(),
    "centro": set(),
    "nobody": set(),
} | {one.user: of(one, "data", "time", "state", "renewal", "configured", SCHEMA, "report", "ack/lamp-1", "fetch") for one in GATEWAYS}
MAY_RECEIVE: dict[str, set[str]] = {
    CENTRE_USER: of_all("data", "time", "state", "renewal", "configured", SCHEMA, "report", "ack/lamp-1", "fetch")
    | plane()
    | STATES
    | EVERY_ROOM
    | {ROLLOUTS},
    "worker-2": of_all("data", "time", "state", SCHEMA) | {WORKERS[1]},
    "plane": of_all("data", SCHEMA) | plane(),
    "page": of_all("state") | plane() | STATES | {ROLLOUTS},
    "desk": of_all("state", "configured", SCHEMA, "report") | plane(),
    "signs": of_all("state", "renewal"),
    "sala": EVERY_ROOM | plane(kinds=("alarm",)),
    "firmware": of_all("state", SCHEMA, "ack/lamp-1", "fetch") | plane() | {ROLLOUTS},
    "comune": situations(None, "comune") | desk("answer", "comune"),
    "acqua": plane(("citelum",)) | situations(None, "acqua") | desk("answer", "acqua"),
    "luce": plane(("citelum",), ("lamp",)),
    "centro": plane(("other",), assets=("pl-1",)) | plane(("citelum",), ("lamp",), ("pl-1",)),
    "nobody": set(),
} | {one.user: of(one, "receipt", "ask", "certificate", "configure", "cmd/lamp-1", "piece", "state") | STATES for one in GATEWAYS}


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[SiteBroker]:
    made = SiteBroker(tmp_path, dict(ACCESS), ASSETS)
    made.situation = ROOM
    yield made
    made.stop()


def connected(broker: SiteBroker, tmp_path: Path, users: set[str]) -> dict[str, Client]:
    """Start the broker, and connect these users: the centre with its password, the others with certificates, under another's client id."""
    authority = SiteAuthority(tmp_path / "authority", broker)
    broker.start()
    others = {
        user: Client(broker.tls, user, client_id="same", tls=authority.context(authority.identity(user))).ready()
        for user in users - {CENTRE_USER}
    }
    return others | {CENTRE_USER: broker.centre()}


def has_received(client: Client, payload: bytes) -> bool:
    return any(one == payload for _, one, _ in client.received)


def test_every_client_may_do_on_every_topic_what_the_site_file_says_and_nothing_else(broker: SiteBroker, tmp_path: Path) -> None:
    clients = connected(broker, tmp_path, set(MAY_PUBLISH))
    for one in clients.values():
        one.subscribe("#", "$SYS/#", *ALL)
    reasons = {user: one.publish_all(ALL, b"{}") for user, one in clients.items()}
    # What arrives comes in the order in which the broker got it: behind its last message there is none of the others.
    last = {user: max(topics) for user, topics in MAY_RECEIVE.items() if topics}
    for topic in set(last.values()):
        writer = next(clients[user] for user, allowed in MAY_PUBLISH.items() if topic in allowed)
        writer.publish(topic, b"last")
    for user in last:
        wait_until(f"the messages of {user}", partial(has_received, clients[user], b"last"))
    received = {user: {topic for topic, _, _ in one.received} for user, one in clients.items()}
    for one in clients.values():
        one.close()
    assert {
        user: {topic for topic, reason in of_user.items() if reason != NOT_AUTHORISED} for user, of_user in reasons.items()
    } == MAY_PUBLISH
    assert received == MAY_RECEIVE


def test_a_reload_keeps_who_stays_connected_and_ends_the_rights_of_who_was_removed(broker: SiteBroker, tmp_path: Path) -> None:
    stays, removed, _ = GATEWAYS
    clients = connected(broker, tmp_path, {stays.user, removed.user, "nobody"})
    ended: list[str] = []
    for user, one in clients.items():
        one.paho.on_disconnect = lambda *_, user=user: ended.append(user)
        one.subscribe("#")
    broker.access |= {
        "gateways": {"citelum": ["gw-1"]},
        "utilities": {"nobody": [{"operator": "citelum", "measurements": ["lamp"]}]},
    }
    said = broker.reload().output
    lamp, (receipt,), (taken,) = "prato/v1/citelum/city/lamp/pl-1", of(stays, "receipt"), of(removed, "data")
    assert clients[removed.user].publish(taken, b"{}") == NOT_AUTHORISED
    assert clients[stays.user].publish(stays.topic("data"), b"still allowed") == 0
    for topic in (receipt, lamp):
        clients[CENTRE_USER].publish(topic, b"after the reload")
    for user in (stays.user, "nobody"):
        wait_until(f"the message for {user}", partial(has_received, clients[user], b"after the reload"))
    assert set(ended) == {removed.user}
    assert removed.user in said.rpartition("disconnected: ")[2]
    assert f"written: {tmp_path}/broker/mosquitto.acl\nreloaded: mosquitto" in said.replace(
        f"unchanged: {tmp_path}/broker/mosquitto.conf\n", ""
    )
    for one in clients.values():
        one.close()
