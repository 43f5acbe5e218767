import pytest

from gateway.provision.fingerprint import Question, fingerprint, is_refuted, is_weak, lacking_in, questions, refused, with_own_registers
from tests.provision.products import LIBRARY


def test_identifying_codes_are_asked_for_first() -> None:
    one = fingerprint(LIBRARY.get("carlo_gavazzi_em340"))
    assert one.checks[0].point.name == "device_id"
    assert one.checks[0].question == Question(4, 11, 1)
    assert one.checks[0].identity is not None
    assert not is_weak(one.checks[0].identity, one.checks[0].point)


def test_a_quantity_or_a_state_with_many_values_identifies_only_weakly() -> None:
    for name in ("eastron_sdm120", "saifuli_mtdx62_mb"):
        check = fingerprint(LIBRARY.get(name)).checks[0]
        assert check.identity is not None
        assert is_weak(check.identity, check.point)


def test_a_serial_number_is_read_if_the_product_has_one() -> None:
    assert "serial_number" in [check.point.name for check in fingerprint(LIBRARY.get("wirenboard_led")).checks]


def test_points_that_are_written_only_or_that_no_source_confirms_are_not_asked_for() -> None:
    for name in LIBRARY.names:
        profile = LIBRARY.get(name)
        if profile.modbus is None:
            continue
        for check in fingerprint(profile).checks:
            assert check.point.write is None or not check.point.write.only
            assert check.identity is not None or check.point.name == "serial_number" or not check.point.uncertain


def test_nothing_is_read_that_the_profile_forbids() -> None:
    functions = {"coil": 1, "discrete": 2, "holding": 3, "input": 4}
    for name in LIBRARY.names:
        modbus = LIBRARY.get(name).modbus
        if modbus is None:
            continue
        for function, address, quantity in [check.question for check in fingerprint(LIBRARY.get(name)).checks]:
            assert function in functions.values()
            assert quantity <= (modbus.longest_bit_read if function < 3 else modbus.longest_read)
            for one in modbus.unreadable:
                assert functions[one.table] != function or address + quantity <= one.first or address > one.last


def test_a_product_is_refuted_by_a_refused_register_and_not_asked_about_any_further() -> None:
    one = fingerprint(LIBRARY.get("eastron_sdm120"))
    evidence: dict[Question, bytes | int | None] = {}
    asked = []
    for question in questions([one], evidence):
        asked.append(question)
        evidence[question] = 2
    assert asked == [one.checks[0].question]
    assert is_refuted(one, evidence)


def test_no_question_is_asked_twice() -> None:
    prints = [fingerprint(LIBRARY.get(name)) for name in ("eastron_sdm120", "eastron_sdm630", "eastron_sdm72dm_v2")]
    evidence: dict[Question, bytes | int | None] = {}
    asked = []
    for question in questions(prints, evidence):
        asked.append(question)
        evidence[question] = bytes(2 * question.quantity)
    assert len(asked) == len(set(asked))


def test_registers_that_one_product_has_and_another_lacks_tell_them_apart() -> None:
    small, large = fingerprint(LIBRARY.get("eastron_sdm72dm_v2")), fingerprint(LIBRARY.get("eastron_sdm630"))
    own = lacking_in(small, large)
    assert own
    assert all(small.registers.isdisjoint(check.registers) for check in own)
    more = with_own_registers(large, [small, large])
    assert more.checks[: len(large.checks)] == large.checks
    assert [check for check in more.checks if check in own]


def test_a_value_is_in_the_unit_of_its_point() -> None:
    check = fingerprint(LIBRARY.get("peacefair_pzem016")).checks[0]
    assert check.point.name == "voltage"
    assert check.value(bytes.fromhex("0906")) == pytest.approx(231.0)
    assert check.value(2) is None
    assert refused(2)
    assert refused(None)


def test_only_modbus_products_have_fingerprints() -> None:
    with pytest.raises(ValueError, match="profile 'agd_315' does not speak Modbus"):
        fingerprint(LIBRARY.get("agd_315"))
