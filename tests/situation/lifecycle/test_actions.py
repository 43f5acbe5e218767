"""Actions, as the history has them."""

import msgspec
import pytest

from gateway.situation.lifecycle.actions import Acknowledge, Begin, Cancel, Confirm, Lapse, Publish, SituationAction
from tests.situation.examples import VIA_ROMA, works


@pytest.mark.parametrize(
    "action",
    [
        Publish(id="scavo-1", content=works(), geometry=VIA_ROMA),
        Confirm(),
        Begin(None, verified=True),
        Cancel("piove"),
        Acknowledge("seen", 3),
        Lapse(),
    ],
    ids=lambda one: type(one).__name__,
)
def test_an_action_is_read_as_it_was_written(action: SituationAction) -> None:
    assert msgspec.json.decode(msgspec.json.encode(action), type=SituationAction) == action
