"""What fails in a cluster, one thing at a time, while a fleet sends."""

import time
from collections.abc import Callable
from typing import NamedTuple

from gateway.centre.ingest.worker import SESSION_EXPIRY_S
from tests.cluster.brokers import NODES, Cluster
from tests.cluster.rig import WORKERS, Rig

_BEFORE_S, _DOWN_S, _CUT_S, _FROZEN_S = 5.0, 12.0, 25.0, 3.0


class Trial(NamedTuple):
    """One thing that fails, how long the fleet sends meanwhile, and whether its connections can be stranded."""

    seconds: float
    fail: Callable[[Rig, Cluster], None]
    relayed: bool = False


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


def gateways_move(_rig: Rig, cluster: Cluster) -> None:
    """Each gateway loses its connection and comes back at another node, while its old one is half open."""
    time.sleep(_BEFORE_S)
    cluster.strand()


def worker_moves(rig: Rig, cluster: Cluster) -> None:
    """The only worker freezes, is killed, and resumes its session at another node, with what it had received and not acknowledged."""
    here, there, _ = cluster.for_centre
    moving, other = WORKERS
    _restart(rig, moving, here)
    rig.centre.kill(other)
    time.sleep(SESSION_EXPIRY_S + _BEFORE_S)  # from then on it gets no share of the batches
    rig.centre.freeze(moving)
    time.sleep(_FROZEN_S)
    _restart(rig, moving, there)
    time.sleep(_BEFORE_S)
    rig.centre.start(other)
    rig.centre.wait_for(other)


def _restart(rig: Rig, worker: str, address: str) -> None:
    rig.centre.kill(worker)
    rig.centre.start(worker, [address])
    rig.centre.wait_for(worker)


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
    "worker moves": Trial(75.0, worker_moves),
    "gateways move": Trial(45.0, gateways_move, relayed=True),
    "follower killed": Trial(60.0, follower_killed),
    "leader killed": Trial(60.0, leader_killed),
    "follower cut off": Trial(75.0, follower_cut_off),
    "leader cut off": Trial(75.0, leader_cut_off),
}
