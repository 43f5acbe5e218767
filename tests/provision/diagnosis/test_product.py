"""Whether a device is its profile's product, from its registers."""

from gateway.fieldbus.binding.every_point import bind_every_point
from gateway.model.quality import Quality
from gateway.profile_check.slot_values import SlotValues
from gateway.provision.diagnosis.cause import CauseKind
from gateway.provision.diagnosis.product import ProductTraces, judge_product, traces_of
from gateway.provision.findings import Candidate, Identification, Sentence
from tests.provision.products import LIBRARY

METER = bind_every_point(LIBRARY.get("eastron_sdm630"), 3)
FOREIGN = Sentence("code is 5", "code è 5")


def named(*names: str) -> Identification:
    return Identification(candidates=[Candidate(profile=one, vendor="V", model="M") for one in names])


def kinds(traces: ProductTraces, identification: Identification | None) -> list[tuple[str, str]]:
    return [(one.kind.value, one.certainty) for one in judge_product(traces, METER, identification, "meter")]


def test_swapped_words_are_counted_as_mended() -> None:
    count = len(METER.slots)
    good, tiny = SlotValues([230.0] * count, [0] * count), SlotValues([1e-40] * count, [0] * count)
    found = traces_of(METER, tiny, good)
    assert (found.implausible, found.swapped) == (count, True)
    assert not traces_of(METER, good, None).suspicious


def test_refused_registers_are_counted() -> None:
    count = len(METER.slots)
    read = SlotValues([None] * count, [int(Quality.BadConfigurationError)] * count)
    assert traces_of(METER, read, None).refused == count


def test_another_products_code_is_certain_if_that_product_is_recognised() -> None:
    assert kinds(ProductTraces(50, 20, 5, 0, [FOREIGN]), named("schneider_iem3155")) == [("wrong_profile", "certain")]


def test_swapped_words_come_before_a_product_that_only_fits_better() -> None:
    assert kinds(ProductTraces(50, 0, 30, 29, []), named("schneider_iem3155")) == [("word_order", "likely")]


def test_values_that_nothing_mends_mean_another_product() -> None:
    assert kinds(ProductTraces(50, 0, 40, 2, []), named("schneider_iem3155")) == [("wrong_profile", "likely")]
    assert kinds(ProductTraces(50, 40, 0, 0, []), named()) == [("wrong_profile", "likely")]


def test_a_few_refused_registers_of_the_right_product_are_no_fault() -> None:
    assert kinds(ProductTraces(50, 3, 0, 0, []), named("eastron_sdm630", "eastron_sdm72dm_v2")) == []


def test_the_product_is_named() -> None:
    (found,) = judge_product(ProductTraces(50, 20, 5, 0, [FOREIGN]), METER, named("schneider_iem3155"), "meter")
    assert found.kind is CauseKind.WRONG_PROFILE
    assert "schneider_iem3155" in found.sentence.en
    assert FOREIGN in found.reasons
