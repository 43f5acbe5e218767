"""Asks devices what they are: one at a time of each gateway, as each question uses a line. Pure."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from firmware_tools.rollout.device import DeviceName

_ANSWER_MS, _BEGIN_MS = 45_000, 30_000
"""How long a gateway may take to answer, and to begin."""


class SurveyQuestion(NamedTuple):
    """A question to a device: the name of the order, and by when it must begin and end."""

    order: str
    device: DeviceName
    begin_by_ms: int
    end_by_ms: int


class Survey:
    """The devices of one request, and which of them were asked.

    Args:
        request: The number of the request.
        devices: The devices to ask.
    """

    def __init__(self, request: int, devices: Iterable[DeviceName]) -> None:
        self.request = request
        self._waiting: dict[tuple[str, str], deque[tuple[int, DeviceName]]] = {}
        for number, name in enumerate(devices):
            self._waiting.setdefault(name[:2], deque()).append((number, name))
        self._asked: dict[tuple[str, str], SurveyQuestion] = {}

    @property
    def done(self) -> bool:
        """Whether every device was asked, and answered or let its time pass."""
        return not self._waiting and not self._asked

    def step(self, now_ms: int, online: Iterable[tuple[str, str]]) -> Iterator[SurveyQuestion]:
        """Yield the questions to ask now; devices of gateways that are offline are not asked."""
        for gateway, question in list(self._asked.items()):
            if now_ms > question.end_by_ms:
                del self._asked[gateway]
        reachable = set(online)
        for gateway in [one for one in self._waiting if one not in self._asked]:
            waiting = self._waiting[gateway]
            if gateway not in reachable or not waiting:
                del self._waiting[gateway]
                continue
            number, name = waiting.popleft()
            question = SurveyQuestion(f"q{self.request}-{number}", name, now_ms + _BEGIN_MS, now_ms + _ANSWER_MS)
            self._asked[gateway] = question
            yield question

    def hear(self, order: str, name: DeviceName) -> bool:
        """Accept that a question was answered; return whether it was one of these."""
        question = self._asked.get(name[:2])
        if question is None or question.order != order or question.device != name:
            return False
        del self._asked[name[:2]]
        return True


def asked_of(surveys: Mapping[int, Survey], order: str, name: DeviceName) -> bool:
    """Return whether an answer is one to a question of a survey, and note it."""
    return any(one.hear(order, name) for one in surveys.values())
