"""Orders on their way to gateways."""

import msgspec

from firmware_tools.rollout.state import DeviceStage
from gateway.centre.firmware.post import OrderPost
from gateway.centre.firmware.survey import SurveyQuestion
from gateway.model.messages import FirmwareOrder
from tests.firmware_tools.rollout.rollouts import TARGET, rollout, street


class Broker:
    """Records what is published."""

    def __init__(self) -> None:
        self.published: list[tuple[str, FirmwareOrder]] = []
        self.post = OrderPost("prato", self._send)
        self.rollout = rollout(street(1, 1, 1))
        self.device = self.rollout.devices[0]
        self.device.order, self.device.stage = "r1-0-1", DeviceStage.ORDERED
        self.device.begin_by_ms, self.device.end_by_ms = 300_000, 1_000_000

    def _send(self, topic: str, payload: bytes) -> None:
        self.published.append((topic, msgspec.json.decode(payload, type=FirmwareOrder)))

    def repeats(self, now_ms: int) -> int:
        before = len(self.published)
        self.post.repeat(self.rollout, self.device, now_ms)
        return len(self.published) - before


def test_an_order_names_the_image_and_its_times() -> None:
    broker = Broker()
    broker.post.give(broker.rollout, broker.device, 5)
    topic, order = broker.published[0]
    assert topic == "prato/v1/citelum/gw/gw-0/cmd/d-0-0"
    assert order == FirmwareOrder("r1-0-1", "update", 300_000, 1_000_000, TARGET.path, TARGET.sha256)
    broker.post.give(broker.rollout, broker.device, 5, cancel=True)
    assert broker.published[1][1].action == "cancel"


def test_an_order_is_repeated_until_it_is_answered_and_then_rarely_until_its_end() -> None:
    broker = Broker()
    broker.post.give(broker.rollout, broker.device, 0)
    assert [broker.repeats(at_ms) for at_ms in (29_999, 30_000, 31_000)] == [0, 1, 0]
    broker.device.began = True
    broker.post.heard("r1-0-1", 40_000)
    assert [broker.repeats(at_ms) for at_ms in (100_000, 160_000, 999_999, 1_000_000)] == [0, 1, 1, 0]


def test_after_a_restart_every_order_is_repeated_at_once_and_withdrawn_ones_are_not() -> None:
    broker = Broker()
    assert broker.repeats(500_000) == 1
    broker.post.forget(set())
    broker.device.withdrawn = True
    assert broker.repeats(600_000) == 0


def test_a_question_has_no_image() -> None:
    broker = Broker()
    broker.post.ask(SurveyQuestion("q1-0", broker.device.name, 1, 2), 0)
    assert broker.published[0][1] == FirmwareOrder("q1-0", "inspect", 1, 2)
    assert broker.post.sent == 1
