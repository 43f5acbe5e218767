"""The brokers under test: a cluster of three nodes, and, for comparison, one mosquitto as shipped."""

import socket
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from gateway.model.topics import GatewayId
from tests.cluster.node_file import FOUNDER, Credentials, NodePorts, access_rules, address_of, node_file
from tests.cluster.relay import Relays, Route
from tests.hostile.broker import CENTRE_USER, EXAMPLE_READER, password_of, rules, shipped_mosquitto, user_of
from tests.system.certificates import certificates
from tests.system.servers import Process, free_port, wait_until

NODES = (1, 2, 3)
_START_S = 90.0
"""A node joins within seconds, but waits half a minute for a leader that is being elected."""


class Brokers(Protocol):
    """What a fleet and a centre need of their brokers."""

    @property
    def for_centre(self) -> list[str]:
        """The addresses for the centre."""
        ...

    @property
    def for_gateways(self) -> tuple[str, ...]:
        """The addresses for gateways, with TLS."""
        ...

    def processes(self) -> list[Process]:
        """Return the processes that run."""
        ...

    def close(self) -> None:
        """End all processes."""
        ...


class Mosquitto:
    """One mosquitto with the configuration and the access rules that are shipped."""

    def __init__(self, folder: Path, gateways: Iterable[GatewayId]) -> None:
        certificates(folder)
        for suffix in ("pem", "key"):
            (folder / f"server.{suffix}").rename(folder / f"broker.{suffix}")
        self._process, self._ports = shipped_mosquitto(folder, gateways, folder)

    @property
    def for_centre(self) -> list[str]:
        return [f"mqtt://127.0.0.1:{self._ports.centre}"]

    @property
    def for_gateways(self) -> tuple[str, ...]:
        return (f"mqtts://127.0.0.1:{self._ports.gateways}",)

    def processes(self) -> list[Process]:
        return [self._process]

    def close(self) -> None:
        self._process.stop()


class Cluster:
    """Three nodes with TLS and the shipped access rules. A node whose process ends by itself is started again, as systemd would."""

    def __init__(self, program: Path, folder: Path, gateways: Iterable[GatewayId]) -> None:
        gateways = list(gateways)
        self._program, self._folder = program, folder
        certificates(folder, address=",IP:".join(map(address_of, NODES)))
        users = [CENTRE_USER, EXAMPLE_READER, *map(user_of, gateways)]
        credentials = Credentials({user: password_of(user) for user in users}, frozenset(users[1:]))
        self._rules = access_rules(rules(gateways), credentials)
        self._ports = NodePorts(*(free_port() for _ in NodePorts._fields))
        self._running: dict[int, Process] = {}
        self._lock = threading.RLock()
        self._ended = threading.Event()
        routes = [
            Route(address_of(node), relay, node, port)
            for node in NODES
            for relay, port in ((self._ports.rpc_relay, self._ports.rpc), (self._ports.raft_relay, self._ports.raft))
        ]
        self._relays = Relays(routes, self._pid_of, NODES)
        self._client_port = free_port()
        clients = [Route(address_of(node), self._client_port, node, self._ports.gateways) for node in NODES]
        self._client_relays = Relays(clients, lambda _: None, NODES)
        for node in NODES:
            self._configure(node, founding=True)
            self.start(node)
        for node in NODES:
            self.wait_for(node)
            self._configure(node, founding=False)
        self._keeper = threading.Thread(target=self._keep_running, name="keeper", daemon=True)
        self._keeper.start()

    @property
    def for_centre(self) -> list[str]:
        return [f"mqtt://{address_of(node)}:{self._ports.centre}" for node in NODES]

    @property
    def for_gateways(self) -> tuple[str, ...]:
        return tuple(f"mqtts://{address_of(node)}:{self._ports.gateways}" for node in NODES)

    @property
    def through_relays(self) -> tuple[str, ...]:
        """The addresses for gateways whose connections `strand` can end."""
        return tuple(f"mqtts://{address_of(node)}:{self._client_port}" for node in NODES)

    def strand(self) -> None:
        """End the connections of the gateways that came through relays. The nodes keep them half open."""
        self._client_relays.strand()

    def processes(self) -> list[Process]:
        with self._lock:
            return list(self._running.values())

    def start(self, node: int) -> None:
        """Start a node; it joins the cluster by itself."""
        with self._lock:
            self._running[node] = Process(f"node-{node}", self._folder, str(self._program), str(self._folder / f"node-{node}.toml"))

    def wait_for(self, node: int) -> None:
        """Wait until a node serves clients."""
        wait_until(f"node {node}", lambda: self._serves(node), _START_S)

    def kill(self, node: int) -> None:
        """Kill a node, which stays down."""
        with self._lock:
            self._running.pop(node).kill_9()

    def cut_off(self, *nodes: int) -> None:
        """Cut nodes off from the others; their clients still reach them. Without nodes: let everything pass again."""
        self._relays.cut_off(*nodes)

    def leader(self) -> int:
        """Return the node that became the leader last."""
        terms = {node: self._term_of(node) for node in NODES}
        return max(terms, key=lambda node: terms[node]) if any(terms.values()) else FOUNDER

    def close(self) -> None:
        self._ended.set()
        self._keeper.join()
        for process in self.processes():
            process.kill_9()  # RMQTT has no orderly end
        self._relays.close()
        self._client_relays.close()

    def _configure(self, node: int, *, founding: bool) -> None:
        text = node_file(node, NODES, self._ports, str(self._folder), self._rules, founding=founding)
        (self._folder / f"node-{node}.toml").write_text(text)

    def _serves(self, node: int) -> bool:
        with self._lock:
            running = node in self._running and self._running[node].process.poll() is None
        return running and _connects(address_of(node), self._ports.centre)

    def _pid_of(self, node: int) -> int | None:
        with self._lock:
            found = self._running.get(node)
        return found.process.pid if found is not None else None

    def _term_of(self, node: int) -> int:
        log = self._folder / f"node-{node}.log"
        found = [line for line in log.read_text().splitlines() if "became leader at term" in line] if log.exists() else []
        return int(found[-1].split("became leader at term")[1].split()[0].rstrip(",")) if found else 0

    def _keep_running(self) -> None:
        while not self._ended.wait(1.0):
            with self._lock:
                ended = [node for node, process in self._running.items() if process.process.poll() is not None]
            for node in ended:
                self.start(node)


def _connects(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
