"""One simulated gateway, without a broker: what it publishes when the centre says what."""

import pytest

from gateway.model import batch, topics
from gateway.simulate.fleet import gateway as module
from gateway.simulate.fleet.gateway import FleetGateway
from gateway.simulate.fleet.plan import FleetPlan, FleetReport, ServedBatch

PLAN = FleetPlan(broker="mqtt://127.0.0.1:1", site="sim", gateways=1, points=5, seconds=1.0)
DATA = "sim/v1/operator-3/gw/sim-00003/data"
RECEIPT, ASK = DATA.replace("data", "receipt"), DATA.replace("data", "ask")
WORKER = topics.worker_state("sim", "w1")


class Rig:
    """A gateway whose client is connected to nothing and records what is published."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s, self.now_ms = 0.0, 1_000_000
        monkeypatch.setattr(module, "now_ms", lambda: self.now_ms)
        self.report = FleetReport(passed_s=0.0, connected=0)
        self.served: list[ServedBatch] = []
        self.gateway = FleetGateway(PLAN, 3, self.report, lambda: self.now_s, self.served.append)
        self.published: list[tuple[str, bytes]] = []
        monkeypatch.setattr(self.gateway.client, "publish", lambda topic, payload, **_: self.published.append((topic, payload)))
        self.gateway.client.connected = True
        self.gateway._connected()

    def flush(self, after_s: float = 1.0) -> None:
        self.now_s += after_s
        self.now_ms += int(1000 * after_s)
        self.gateway.flush()

    def receive(self, topic: str, payload: bytes) -> None:
        self.gateway._received(topic, payload)

    @property
    def sent(self) -> list[int]:
        """The numbers of the batches published since the last look."""
        found = [batch.unpack(payload).seq for topic, payload in self.published if topic == DATA]
        self.published.clear()
        return found


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Rig:
    return Rig(monkeypatch)


def receipt(rig: Rig, stored: str) -> bytes:
    return f'{{"epoch":"{rig.gateway._outbox.epoch.hex()}","stored":{stored}}}'.encode()


def test_a_gateway_introduces_itself_with_its_state_and_schema(rig: Rig) -> None:
    assert [topic.split("/gw/sim-00003/")[1].split("/")[0] for topic, _ in rig.published] == ["state", "schema"]


def test_what_a_batch_contains_is_logged_as_it_was_read(rig: Rig) -> None:
    rig.flush(2.0)
    rig.receive(WORKER, b'{"state":"online","start":"1"}')
    rig.flush()
    batches = [batch.unpack(payload) for topic, payload in rig.published if topic == DATA]
    assert [one.gateway for one in rig.served] == ["sim-00003"] * 2
    assert rig.served[0].assets == ["qe-sim-00003-0"]
    sent = [(row.stream, one.t0_ms + row.dt_ms, list(row.values)) for one in batches for row in batch.rows_of(one)]
    assert sent == [row for one in rig.served for row in one.rows]
    assert len(sent) == 3


def test_it_sends_while_a_worker_is_online_only(rig: Rig) -> None:
    rig.flush()
    assert rig.sent == []
    rig.receive(WORKER, b'{"state":"online","start":"a"}')
    assert rig.sent == [0]
    rig.receive(WORKER, b"")
    rig.flush()
    assert rig.sent == []
    assert rig.gateway.unconfirmed == 2


def test_a_worker_that_comes_back_has_what_it_received_and_one_that_restarted_has_not(rig: Rig) -> None:
    rig.receive(WORKER, b'{"state":"online","start":"a"}')
    rig.flush()
    assert rig.sent == [0]
    rig.receive(WORKER, b'{"state":"online","start":"a"}')
    assert rig.sent == []
    rig.receive(WORKER, b'{"state":"offline"}')
    rig.receive(WORKER, b'{"state":"online","start":"a"}')
    assert rig.sent == []
    rig.receive(WORKER, b'{"state":"online","start":"b"}')
    assert rig.sent == [0]
    assert rig.report.resent == 1


def test_receipts_are_counted_with_their_latency(rig: Rig) -> None:
    rig.receive(WORKER, b'{"state":"online","start":"a"}')
    rig.flush()
    rig.flush()
    rig.now_s += 0.25
    rig.receive(RECEIPT, receipt(rig, "[[0,1]]"))
    assert (rig.report.confirmed, rig.report.confirmed_points, rig.report.latencies_s, rig.gateway.unconfirmed) == (2, 10, [1.25, 0.25], 0)


def test_an_ask_for_the_schema_publishes_it_again(rig: Rig) -> None:
    rig.published.clear()
    rig.receive(ASK, b'{"schema":"00"}')
    assert [topic.split("/")[-2] for topic, _ in rig.published] == ["schema"]


def test_without_a_reading_due_there_is_no_batch(rig: Rig) -> None:
    rig.gateway.flush()
    assert (rig.report.batches, rig.gateway.unconfirmed) == (0, 0)


def test_a_gateway_that_hears_that_it_is_offline_says_again_that_it_is_not(rig: Rig) -> None:
    state = DATA.replace("data", "state")
    online = rig.published[0]
    rig.published.clear()
    rig.receive(state, b'{"state":"offline"}')
    rig.gateway.upkeep()
    assert rig.published == [online]
    rig.published.clear()
    rig.receive(state, online[1])
    rig.gateway.upkeep()
    assert rig.published == []
