"""The configuration of a node: valid TOML with the settings of docs/scaling.md, and the shipped access rules in RMQTT's form."""

import tomllib
from typing import Any

import pytest

from tests.cluster.node_file import Credentials, NodePorts, access_rules, node_file
from tests.hostile.broker import CENTRE_USER, EXAMPLE, EXAMPLE_READER, password_of, rules, user_of

PORTS = NodePorts(1883, 8883, 5363, 6003, 15363, 16003)
GATEWAY = user_of(EXAMPLE)
USERS = {user: password_of(user) for user in (CENTRE_USER, EXAMPLE_READER, GATEWAY)}
RULES = access_rules(rules([EXAMPLE]), Credentials(USERS, frozenset({GATEWAY, EXAMPLE_READER})))


def parsed(node: int, *, founding: bool = True) -> dict[str, Any]:
    return tomllib.loads(node_file(node, (1, 2, 3), PORTS, "/tls", RULES, founding=founding))


def test_a_node_that_starts_again_founds_no_second_cluster() -> None:
    leaders = {node: parsed(node, founding=False)["plugins"]["rmqtt-cluster-raft"]["leader_id"] for node in (1, 2, 3)}
    assert all(leader != node for node, leader in leaders.items())


def test_one_node_founds_the_cluster() -> None:
    cluster = [parsed(node)["plugins"]["rmqtt-cluster-raft"] for node in (1, 2, 3)]
    assert [one["leader_id"] for one in cluster] == [1, 1, 1]
    assert [one["laddr"] for one in cluster] == ["127.0.0.11:6003", "127.0.0.12:6003", "127.0.0.13:6003"]
    assert len({tuple(one["raft_peer_addrs"]) for one in cluster}) == 1
    assert all(one["raft"]["grpc_reuseaddr"] for one in cluster)


def test_gateways_have_a_listener_with_tls_that_accepts_the_largest_document() -> None:
    listeners = parsed(2)["listeners"]
    assert listeners["gateways"]["cert"] == "/tls/server.pem"
    assert "cert" not in listeners["centre"]
    assert listeners["centre"]["max_packet_size"] == (4 << 20) + (64 << 10)


def test_a_gateway_connects_with_its_password_and_under_its_name_alone() -> None:
    assert ["allow", {"user": GATEWAY, "password": password_of(GATEWAY), "clientid": GATEWAY}, "connect"] in RULES
    assert ["allow", {"user": CENTRE_USER, "password": password_of(CENTRE_USER)}, "connect"] in RULES


@pytest.mark.parametrize(
    ("action", "topic"), [("publish", "/data"), ("subscribe", "/receipt"), ("pubsub", "/state"), ("publish", "/schema/+")]
)
def test_a_gateway_may_do_what_mosquittos_rules_say(action: str, topic: str) -> None:
    filters = next(rule[3] for rule in RULES if rule[1] == {"user": GATEWAY} and rule[2] == action)
    assert f"prato/v1/citelum/gw/gw-0042{topic}" in filters


def test_what_no_rule_allows_is_denied() -> None:
    assert RULES[-1] == ["deny", "all"]
    assert not any(rule[0] == "allow" and rule[1] == "all" for rule in RULES)
    utility = [rule for rule in RULES if rule[1] == {"user": EXAMPLE_READER}]
    assert utility == [["allow", {"user": EXAMPLE_READER}, "subscribe", ["prato/v1/citelum/city/+/+"]]]
