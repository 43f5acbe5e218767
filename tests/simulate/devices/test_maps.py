"""The registers of the simulated products."""

import struct

from gateway.simulate.devices.maps import HOLDING, INPUT, Cell, dali, em340, xy_md02
from gateway.simulate.street.truth import Lamp, Phase, Weather


def words(cells: list[Cell], table: int) -> dict[int, int]:
    return {cell.address + place: word for cell in cells if cell.table == table for place, word in enumerate(cell.words)}


def served(cells: list[Cell]) -> dict[str, object]:
    return {cell.served.field: cell.served.value for cell in cells if cell.served is not None}


def test_a_meter_has_its_values_low_word_first_and_serves_what_its_display_shows() -> None:
    phases = [Phase(230.12, 70.0, 16000.04, 800.0), Phase(231.0, 1.0, 231.0, 0.0), Phase(229.96, 1.0, 200.0, 20.0)]
    cells = em340("qe-1", phases, 12_345.67)
    registers, values = words(cells, INPUT), served(cells)
    assert (registers[0], registers[1]) == (2301, 0)
    assert registers[18] | registers[19] << 16 == 160_000
    assert (values["voltage_l1"], values["voltage_l3"], values["active_power_l1"], values["active_energy"]) == (
        230.1,
        230.0,
        16000.0,
        12_345_700.0,
    )
    assert values["active_power"] == 16431.0
    serial = struct.pack(">7H", *(words(cells, HOLDING)[20480 + place] for place in range(7))).rstrip(b"\0").decode()
    assert values["serial_number"] == serial


def test_a_dali_gateway_has_a_block_of_registers_for_each_lamp() -> None:
    registers = words(dali([("pl-1", Lamp(60, False, 40.0)), ("pl-2", Lamp(0, True, 0.6))]), HOLDING)
    assert (registers[5], registers[6], registers[105], registers[106]) == (0b100, 60, 0b010, 0)


def test_a_weather_station_has_tenths_and_negative_temperatures() -> None:
    cells = xy_md02("st-1", Weather(-3.26, 71.44), 5)
    assert words(cells, INPUT) == {1: 0xFFFF - 33 + 1, 2: 714}
    assert words(cells, HOLDING)[257] == 5
    assert served(cells) == {"air_temperature": -3.3, "relative_humidity": 71.4}
