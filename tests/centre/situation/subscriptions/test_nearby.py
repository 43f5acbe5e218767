"""Works near to what an organisation owns, among what changes."""

from pathlib import Path

import pytest

from gateway.centre.situation.subscriptions.nearby import NearbyWorks
from gateway.host.webhook.errors import NotDelivered
from gateway.situation.private_layer import NearFeature
from tests.centre.situation.subscriptions.examples import change, gone
from tests.situation.telemetry.examples import digging
from tests.situation.test_private_layer import collection, feature, north


def layer(folder: Path, *metres: float) -> str:
    path = folder / "rete.geojson"
    path.write_bytes(collection(*(feature(north(one), f"tubo-{one:g}") for one in metres)))
    path.chmod(0o600)
    return str(path)


def test_works_of_others_that_are_near_have_what_they_are_near_to(tmp_path: Path) -> None:
    nearby = NearbyWorks("citelum", layer(tmp_path, 12, 400), 30.0)
    (found,) = nearby.among([change(1)])
    assert found.seen is not None
    assert found.near == (NearFeature("tubo-12", 9.9),)


def test_everything_else_is_not_wanted_any_more(tmp_path: Path) -> None:
    nearby = NearbyWorks("citelum", layer(tmp_path, 400), 30.0)
    assert [one.seen for one in nearby.among([change(1), gone(2), change(3, information_status="technicalExercise")])] == [None] * 3
    own = NearbyWorks(digging().owner, layer(tmp_path, 12), 30.0)
    assert [(one.seen, one.near) for one in own.among([change(4)])] == [(None, ())]


def test_without_a_layer_nothing_is_left_out_silently(tmp_path: Path) -> None:
    with pytest.raises(NotDelivered, match="the layer of citelum"):
        NearbyWorks("citelum", str(tmp_path / "missing.geojson"), 30.0).among([change(1)])
