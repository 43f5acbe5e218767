"""The time that reads take on a line."""

import math

from gateway.fieldbus.modbus.planning.read_cost import character_s, data_bytes, rtu_cost, silence_s, tcp_cost


def test_a_character_has_a_start_bit_its_data_a_parity_bit_and_its_stop_bits() -> None:
    assert [bits * 9600 for bits in (character_s(9600), character_s(9600, 8, "E", 1), character_s(9600, 7, "N", 2))] == [10, 11, 10]


def test_the_silence_is_three_and_a_half_characters_and_fixed_above_19200_baud() -> None:
    # Modbus over Serial Line V1.02, section 2.5.1.
    assert math.isclose(silence_s(9600, character_s(9600)), 3.5 * 10 / 9600)
    assert math.isclose(silence_s(19200, character_s(19200)), 3.5 * 10 / 19200)
    assert silence_s(115200, character_s(115200)) == 0.00175


def test_bits_take_a_byte_for_each_eight() -> None:
    assert [data_bytes(1, count) for count in (1, 8, 9)] == [1, 1, 2]
    assert [data_bytes(3, count) for count in (1, 125)] == [2, 250]


def test_a_read_takes_its_frames_the_silence_and_the_turnaround() -> None:
    assert math.isclose(rtu_cost(0.001, 0.004, 0.01).read_s(3, 10), (8 + 5 + 20) * 0.001 + 0.004 + 0.01)


def test_a_tcp_read_takes_a_round_trip_and_the_shorter_one_is_cheaper() -> None:
    cost = tcp_cost(0.02)
    assert 0.02 < cost.read_s(3, 1) < cost.read_s(3, 125) < 0.0201
