"""What fails in a cluster, one thing at a time, while a fleet sends."""

import time
from collections.abc import Callable
from typing import NamedTuple

from tests.cluster.brokers import NODES, Cluster
from tests.cluster.rig import WORKERS, Rig

_BEFORE_S, _DOWN_S, _CUT_S = 5.0, 12.0, 25.0


class Trial(NamedTuple):
    """One thing that fails, and how long the fleet sends meanwhile."""

    seconds: float
    fail: Callable[[Rig, Cluster], None]


def nothing(_rig: Rig, _cluster: Cluster) -> None:
    """Nothing fails: what the others are compared with."""


def worker_killed(rig: Rig, _cluster: Cluster) -> None:
    """One of two workers is killed, and started again."""
    time.sleep(_BEFORE_S)
    rig.centre.kill(WORKERS[0])
    time.sleep(_DOWN_S)
    rig.centre.start(WORKERS[0])
    rig.centre.wait_for(WORKERS[0])


def follower_killed(_rig: Rig, cluster: Cluster) -> None:
    """A node that is not the leader is killed, and joins again."""
    _kill(cluster, _follower(cluster))


def leader_killed(_rig: Rig, cluster: Cluster) -> None:
    """The leader is killed, and joins again as a follower."""
    _kill(cluster, cluster.leader())


def follower_cut_off(_rig: Rig, cluster: Cluster) -> None:
    """A node reaches its clients, but not the other nodes; then it does again."""
    _cut(cluster, _follower(cluster))


def leader_cut_off(_rig: Rig, cluster: Cluster) -> None:
    """The leader reaches its clients, but not the other nodes; then it does again."""
    _cut(cluster, cluster.leader())


def _kill(cluster: Cluster, node: int) -> None:
    time.sleep(_BEFORE_S)
    cluster.kill(node)
    time.sleep(_DOWN_S)
    cluster.start(node)
    cluster.wait_for(node)


def _cut(cluster: Cluster, node: int) -> None:
    time.sleep(_BEFORE_S)
    cluster.cut_off(node)
    time.sleep(_CUT_S)
    cluster.cut_off()
    cluster.wait_for(node)


def _follower(cluster: Cluster) -> int:
    return next(node for node in reversed(NODES) if node != cluster.leader())


TRIALS = {
    "nothing": Trial(30.0, nothing),
    "worker killed": Trial(45.0, worker_killed),
    "follower killed": Trial(60.0, follower_killed),
    "leader killed": Trial(60.0, leader_killed),
    "follower cut off": Trial(75.0, follower_cut_off),
    "leader cut off": Trial(75.0, leader_cut_off),
}
