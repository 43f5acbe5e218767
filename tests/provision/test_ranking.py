import pytest

from gateway.provision.findings import Identification
from gateway.provision.fingerprint import Question, Reply, questions, with_own_registers
from gateway.provision.ranking import rank, shown, survivors
from gateway.provision.scan.scanner import fingerprints_of
from tests.provision.products import LIBRARY, MODBUS, PROFILES
from tests.provision.units import Unit, product

FINGERPRINTS = fingerprints_of(PROFILES)
NAMES = {0: "VendorName", 1: "ProductCode", 2: "MajorMinorRevision", 4: "ProductName", 5: "ModelName"}
AMBIGUOUS = {"campbell_metsens200"}
"""Products whose registers are all within those of others, and that have no code."""


def judged(unit: Unit) -> tuple[Identification, dict[Question, Reply]]:
    evidence: dict[Question, Reply] = {}

    def ask(question: Question) -> Reply:
        function, address, quantity = question
        pdu = unit.answer(bytes((function, address >> 8, address & 0xFF, 0, quantity)))
        return pdu[1] if pdu[0] & 0x80 else pdu[2:]

    objects = {NAMES[number]: text.decode() for number, text in unit.identification.items()}
    for question in questions(FINGERPRINTS, evidence):
        evidence[question] = ask(question)
    likely = [one.one for one in survivors(FINGERPRINTS, evidence, objects)]
    compared = [with_own_registers(one, likely) for one in likely]
    for question in questions(compared, evidence):
        evidence[question] = ask(question)
    return rank(compared, evidence, objects), evidence


@pytest.mark.parametrize("name", [name for name in MODBUS if name not in AMBIGUOUS])
def test_every_product_of_the_library_is_identified_first(name: str) -> None:
    found, _ = judged(product(1, name))
    assert found.first is not None, found
    assert found.first.profile == name
    assert found.first.reasons


@pytest.mark.parametrize("name", sorted(AMBIGUOUS))
def test_products_that_can_not_be_told_apart_are_listed_with_what_would_tell_them_apart(name: str) -> None:
    found, _ = judged(product(1, name))
    assert found.first is None
    assert name in [one.profile for one in found.candidates]
    assert "type plate" in found.apart[-1].en


def test_a_device_of_no_product_has_no_candidates() -> None:
    found, _ = judged(Unit(1, {3: {}, 4: {}}))
    assert found.candidates == []
    assert found.first is None


def test_another_products_code_leaves_a_product_out() -> None:
    unit = product(1, "wirenboard_led")
    assert [one.profile for one in judged(unit)[0].candidates] == ["wirenboard_led"]
    other = product(1, "wirenboard_mdm3")
    assert "wirenboard_led" not in [one.profile for one in judged(other)[0].candidates]


@pytest.mark.parametrize("name", [name for name in MODBUS if LIBRARY.get(name).identify])
def test_a_product_with_a_code_is_among_the_first_though_the_device_reads_0_where_it_has_nothing(name: str) -> None:
    unit = product(1, name)
    unit.zeros = True
    assert name in [one.profile for one in judged(unit)[0].candidates[:3]]


@pytest.mark.parametrize("name", MODBUS)
def test_no_other_product_is_first_though_the_device_reads_0_where_it_has_nothing(name: str) -> None:
    unit = product(1, name)
    unit.zeros = True
    first = judged(unit)[0].first
    assert first is None or first.profile == name


def test_a_meter_without_mains_is_found_with_a_doubt() -> None:
    unit = product(1, "eastron_sdm120")
    unit.tables[4][0] = unit.tables[4][1] = 0
    found, _ = judged(unit)
    assert found.candidates[0].profile == "eastron_sdm120"
    assert found.candidates[0].doubts[0].en == "voltage is 0, which is unusual"
    assert found.candidates[0].doubts[0].it == "voltage è 0, valore insolito"


def test_the_serial_number_is_read_with_the_product() -> None:
    found, _ = judged(product(1, "carlo_gavazzi_em340", serial_number=815))
    assert found.first is not None
    assert found.first.serial_number == "SN815"


def test_a_missing_identification_object_is_a_doubt_and_a_foreign_one_refutes() -> None:
    unit = product(1, "schneider_iem3155")
    unit.identification = {}
    assert judged(unit)[0].candidates[0].doubts[0].en == "VendorName (function 43/14) is missing"
    unit.identification = {0: b"Acme", 1: b"X1"}
    assert "schneider_iem3155" not in [one.profile for one in judged(unit)[0].candidates]


def test_few_reads_are_enough() -> None:
    assert max(len(judged(product(1, name))[1]) for name in MODBUS) <= 60


def test_values_are_shown_short() -> None:
    assert [shown(value) for value in (None, 230.0, 229.98765, "x" * 40, True)] == ["-", "230", "229.988", "x" * 24, "True"]


def test_what_a_device_says_does_not_control_the_terminal() -> None:
    assert shown("a\x1b[2Jb\n") == "a?[2Jb?"
    unit = product(1, "schneider_iem3155")
    unit.identification[0] = b"Schneider\x1b]0;x\x07\0\0"
    found, _ = judged(unit)
    assert found.objects["VendorName"] == "Schneider?]0;x?"
    assert found.candidates[0].reasons[0].en == "VendorName is Schneider?]0;x?"
