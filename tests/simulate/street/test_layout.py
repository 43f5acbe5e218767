"""The layout of the street, and the site files made of it."""

import json
from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from gateway.simulate.street.layout import LAT, LON, roads_geojson, site_document, street


def test_the_street_has_its_devices_lines_and_operators() -> None:
    layout = street(60)
    devices = [device for gateway in layout.gateways for line in gateway.lines for device in line.devices]
    count = {product: sum(device.product == product for device in devices) for product in ("em340", "dali", "ops243", "xy_md02")}
    assert count == {"em340": 3, "dali": 3, "ops243": 4, "xy_md02": 4}
    assert sum(len(device.assets) for device in devices if device.product == "dali") == 60
    assert len({gateway.operator for gateway in layout.gateways}) == 2
    assert {line.way for gateway in layout.gateways for line in gateway.lines} == {"tcp", "rtu", "rtu_over_tcp", "text"}
    assert all(asset in layout.spots for device in devices for asset in device.assets)


@pytest.mark.parametrize("lamps", [0, 1, 64, 65, 300, 2000])
def test_lamps_are_shared_among_panels_and_no_dali_gateway_is_full(lamps: int) -> None:
    devices = [device for line in street(lamps).gateways[0].lines for device in line.devices if device.product == "dali"]
    poles = [pole for device in devices for pole in device.assets]
    assert len(poles) == len(set(poles)) == lamps
    assert all(0 < len(device.assets) <= 64 for device in devices)


def test_everything_is_in_prato_and_nothing_is_in_the_same_place() -> None:
    spots = street(60).spots.values()
    assert all(abs(spot.lat - LAT) < 0.02 and abs(spot.lon - LON) < 0.03 for spot in spots)
    assert len({(spot.lat, spot.lon) for spot in spots}) == len(spots)


def test_roads_are_geojson_with_the_longitude_first() -> None:
    (feature,) = roads_geojson(street(3))["features"]
    longitude, latitude = feature["geometry"]["coordinates"][0]
    assert (round(longitude), round(latitude)) == (11, 44)


@pytest.mark.parametrize("number", [0, 1])
def test_a_site_file_made_of_it_is_valid(number: int, tmp_path: Path) -> None:
    layout = street(12)
    gateway = layout.gateways[number]
    for port, line in enumerate(gateway.lines):
        line.address = f"127.0.0.1:{5000 + port}" if line.way in ("tcp", "rtu_over_tcp") else f"/dev/ttyS{port}"
    path = tmp_path / "site.yaml"
    path.write_text(
        json.dumps(site_document(layout, gateway, broker="mqtt://127.0.0.1:1883", journal=str(tmp_path / "j"), listen="127.0.0.1:0"))
    )
    edge = load_site(path).edge
    assert edge is not None
    assert {line.id for line in edge.lines} == {line.id for line in gateway.lines}
