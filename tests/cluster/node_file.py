"""The configuration of a node, with the settings that docs/scaling.md recommends, and its access rules. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

_ACTIONS = {"read": "subscribe", "write": "publish", "readwrite": "pubsub"}

FOUNDER = 1
"""The node that founds the cluster. Without it, nodes that start together are three clusters of one."""


class NodePorts(NamedTuple):
    """The ports of a node. Other nodes reach the last two through relays, which can be cut."""

    centre: int
    gateways: int
    rpc: int
    raft: int
    rpc_relay: int
    raft_relay: int


class Credentials(NamedTuple):
    """The passwords of users, and those of them that may connect only under their own name as client id: gateways and utilities."""

    passwords: Mapping[str, str]
    bound: frozenset[str]


def address_of(node: int) -> str:
    """Return the address of a node."""
    return f"127.0.0.{10 + node}"


def node_file(node: int, nodes: Sequence[int], ports: NodePorts, tls: str, rules: Sequence[object], *, founding: bool) -> str:
    """Return the configuration of a node. `tls` is the folder of `server.pem` and `server.key`.

    Only the first start is `founding`: later, a founder that starts while it is cut off would found a second cluster. A node whose `leader_id`
    is that of another joins whichever leads.
    """
    here = address_of(node)
    leader = FOUNDER if founding or node != FOUNDER else next(one for one in nodes if one != node)
    clients = {
        "max_packet_size": (4 << 20) + (64 << 10),
        "max_inflight": 500,
        "max_mqueue_len": 10_000,
        "session_expiry_s": 86_400,
        "message_expiry_s": 300,
    }
    settings = {
        "id": node,
        "log": "warn",
        "rpc": {"address": f"{here}:{ports.rpc}", "reuseaddr": True},
        "listeners": {
            "centre": {"address": f"{here}:{ports.centre}"} | clients,
            "gateways": {"address": f"{here}:{ports.gateways}", "cert": f"{tls}/server.pem", "key": f"{tls}/server.key"} | clients,
        },
        "plugins": {
            "rmqtt-acl": {"disconnect_if_pub_rejected": False, "rules": rules},
            "rmqtt-retainer": {
                "storage": {"type": "ram"},
                "max_retained_messages": 0,
                "max_payload_size": "5MB",
                "retained_message_ttl": "0s",
            },
            "rmqtt-shared-subscription": {"strategy": "round_robin"},
            "rmqtt-cluster-raft": {
                "laddr": f"{here}:{ports.raft}",
                "node_grpc_addrs": [f"{one}@{address_of(one)}:{ports.rpc_relay}" for one in nodes],
                "raft_peer_addrs": [f"{one}@{address_of(one)}:{ports.raft_relay}" for one in nodes],
                "leader_id": leader,
                "node_grpc_client_timeout": "2s",
                "try_lock_timeout": "5s",
                "worker_threads": 2,
                "health": {"exit_on_node_unavailable": True, "max_continuous_unavailable_count": 2, "unavailable_check_interval": "2s"},
                "raft": {
                    "grpc_reuseaddr": True,
                    "grpc_timeout": "1s",
                    "grpc_breaker_threshold": 3,
                    "grpc_breaker_retry_interval": "5s",
                },
            },
        },
    }
    return "".join(f"{key} = {_toml(value)}\n" for key, value in settings.items())


def access_rules(mosquitto_acl: str, credentials: Credentials) -> list[list[Any]]:
    """Return the rules of a file for mosquitto as RMQTT's plugin has them: who may connect, and what each user may do; all else is denied."""
    connects = [
        ["allow", {"user": user, "password": password} | ({"clientid": user} if user in credentials.bound else {}), "connect"]
        for user, password in credentials.passwords.items()
    ]
    topics = [["allow", {"user": user}, action, filters] for user, action, filters in _blocks(mosquitto_acl)]
    return [*connects, *topics, ["deny", "all"]]


def _blocks(mosquitto_acl: str) -> Iterator[tuple[str, str, list[str]]]:
    found: dict[tuple[str, str], list[str]] = {}
    user = ""
    for line in mosquitto_acl.splitlines():
        word, _, rest = line.partition(" ")
        if word == "user":
            user = rest
        elif word == "topic":
            access, _, topic = rest.partition(" ")
            found.setdefault((user, _ACTIONS[access]), []).append(topic)
    for (user, action), filters in found.items():
        yield user, action, filters


def _toml(value: object) -> str:
    """Return a value as TOML, in one line: numbers and texts are as in JSON."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)
