"""The catalogue of alarms."""

import re

import pytest

from gateway.alarms.catalogue import FLAGS, HIDING, KINDS, LIMITS, VARYING, AlarmType, Limit, Priority
from gateway.model.canonical import MEASUREMENTS, FieldType


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.name)
def test_every_kind_has_its_texts_in_both_languages_and_delays(kind: AlarmType) -> None:
    assert re.fullmatch(r"[a-z][a-z0-9_]{2,40}", kind.name)
    for text in (kind.title, kind.meaning, kind.action):
        assert text.en
        assert text.it
        assert text.en != text.it
        assert not text.en.endswith(".")
    assert kind.on_delay_s >= 0 <= kind.off_delay_s
    assert kind.priority in Priority


def test_rules_name_kinds_and_canonical_fields() -> None:
    assert {one.kind for one in LIMITS} | set(FLAGS.values()) | HIDING <= set(KINDS)
    for one in LIMITS:
        assert MEASUREMENTS[one.measurement][one.field].type in (FieldType.FLOAT, FieldType.INT)
    assert all(MEASUREMENTS[measurement][field].type is FieldType.BOOL for measurement, field in FLAGS)
    assert all(field in MEASUREMENTS[measurement] for measurement, field in VARYING)


@pytest.mark.parametrize(("value", "met"), [(200.0, True), (199.9, None), (180.1, None), (180.0, False), (0.0, False)], ids=str)
def test_a_limit_is_met_above_one_value_and_over_below_another(value: float, met: bool | None) -> None:
    assert Limit("x", "air_quality", "no2", 200.0, 180.0).is_met(value) is met


@pytest.mark.parametrize(("value", "met"), [(10.0, True), (10.1, None), (14.9, None), (15.0, False)], ids=str)
def test_a_limit_that_small_numbers_meet_is_the_other_way_round(value: float, met: bool | None) -> None:
    assert Limit("x", "gateway", "disk_free", 10.0, 15.0).is_met(value) is met


def test_what_hides_others_is_not_hidden_itself() -> None:
    assert not any(KINDS[name].of_devices for name in HIDING)
