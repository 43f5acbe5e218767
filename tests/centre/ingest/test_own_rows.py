"""The centre's own rows."""

import msgspec

from gateway.centre.ingest.clones import CloneNews
from gateway.centre.ingest.own_rows import clone_row, loss_row, uplink_row, worker_row
from gateway.centre.self_audit.parts import NOTHING, Shortfall
from gateway.centre.self_audit.verdicts import LostPart
from gateway.centre.series_rows import tags_of
from gateway.model.canonical import MEASUREMENTS
from tests.centre.readings import ME, T, batch


def test_a_batch_that_arrives_again_has_the_same_series_and_time() -> None:
    first, second = uplink_row(ME, batch(seq=1007), 3, T + 2500), uplink_row(ME, batch(seq=1007), 3, T + 90_000)
    assert (
        (first.origin.key, first.t_ms)
        == (second.origin.key, second.t_ms)
        == (first.origin.key, T + (1007 + int.from_bytes(b"epoc") + int.from_bytes(b"h..8")) % 1000)
    )
    assert first.values == [1007, 3, int.from_bytes(b"epoc"), int.from_bytes(b"h..8"), 2.5, "synced"]


def test_all_epochs_of_a_gateway_are_one_series() -> None:
    """A gateway that starts again and again makes no new series: a store holds a limited number of values of a tag."""
    rows = [uplink_row(ME, msgspec.structs.replace(batch(seq=0), epoch=bytes([n]) * 8), 3, T) for n in range(250)]
    assert len({row.origin.key for row in rows}) == 1
    assert len({row.t_ms for row in rows}) > 200, "batches of several epochs in one second do not overwrite each other"
    assert "epoch" not in tags_of(rows[0].origin)


def test_batches_of_the_same_second_have_times_of_their_own() -> None:
    rows = [uplink_row(ME, msgspec.structs.replace(batch(seq=seq), t0_ms=T + seq), 1, T) for seq in range(1000)]
    assert len({row.t_ms for row in rows}) == 1000


def test_a_batch_from_the_future_has_no_delay() -> None:
    assert uplink_row(ME, batch(), 3, T - 60_000).values[4] == 0


def test_a_worker_has_a_value_for_each_field_of_its_measurement() -> None:
    row = worker_row("prato", "worker-1", [1, 2, 3, 4, 5, 6], T)
    assert [field.name for field in row.origin.stream.fields] == list(MEASUREMENTS["worker"])
    assert len(row.values) == len(MEASUREMENTS["worker"])


def test_an_alarm_about_a_name_is_an_event_of_the_gateway() -> None:
    row = clone_row(CloneNews(ME, True, "two", "due"), "worker-1", T)
    tags = tags_of(row.origin)
    assert (row.origin.stream.measurement, tags["asset"], tags["operator"], tags["device"]) == (
        "event",
        ME.gateway,
        ME.operator,
        "worker-1",
    )
    assert [field.name for field in row.origin.stream.fields] == list(MEASUREMENTS["event"])
    assert row.values == ["cloned_identity", True, "two", "due"]


def test_what_the_store_lost_is_a_gap_of_the_gateway_which_a_later_one_overwrites() -> None:
    lost = loss_row(LostPart(ME, T, Shortfall(2, 20)), 600_000, "worker-1")
    tags, values = tags_of(lost.origin), dict(zip(MEASUREMENTS["gap"], lost.values, strict=True))
    assert (lost.origin.stream.measurement, tags["asset"], tags["operator"], tags["device"]) == ("gap", ME.gateway, ME.operator, "worker-1")
    assert (values["readings"], values["from_time"], values["to_time"]) == (None, T / 1000, T / 1000 + 600)
    assert "did not come again (2 batches, 20 values)" in str(values["reason"])
    restored = loss_row(LostPart(ME, T, NOTHING), 600_000, "worker-1")
    assert (restored.origin.key, restored.t_ms) == (lost.origin.key, lost.t_ms)
    assert "nothing is missing any more" in str(restored.values[1])
