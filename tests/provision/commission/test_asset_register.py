"""Registers as cities export them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.provision.commission.asset_register import RegisteredAsset, RegisterError, distance_m, nearest, read_register, search

ITALIAN = "Codice;Indirizzo;Latitudine;Longitudine\nQE 041;Via Roma 1;43,8801;11,0966\n;senza nome;43,8;11,1\nQE-042;Via Po;;\n"


def test_a_table_with_semicolons_and_decimal_commas_is_read() -> None:
    found = read_register(ITALIAN.encode("cp1252"))
    assert found.assets == [RegisteredAsset("qe-041", "Via Roma 1", 43.8801, 11.0966), RegisteredAsset("qe-042", "Via Po")]
    assert found.left_out == 1
    assert found.reasons[0].startswith("line 3: ")


def test_geojson_is_read_with_its_points_and_without_other_shapes() -> None:
    features = [
        {"type": "Feature", "geometry": {"type": "Point", "coordinates": [11.09, 43.88]}, "properties": {"ID": "QE-1", "nome": "Uno"}},
        {"type": "Feature", "geometry": {"type": "LineString", "coordinates": [[11, 43], [12, 44]]}, "id": 7},
    ]
    found = read_register(b"\xef\xbb\xbf" + json.dumps({"type": "FeatureCollection", "features": features}).encode())
    assert found.assets == [RegisteredAsset("qe-1", "Uno", 43.88, 11.09), RegisteredAsset("7")]


def test_positions_that_are_no_degrees_are_left_out_with_what_to_do() -> None:
    found = read_register(b"id,lat,lon\nqe-1,4860000,668000\nqe-2,43.9,\nqe-3,nan,1\n")
    assert found.assets == []
    assert [reason.split(":")[0] for reason in found.reasons] == ["line 2", "line 3", "line 4"]
    assert "EPSG:4326" in found.reasons[0]


def test_an_asset_that_is_there_twice_is_left_out_the_second_time() -> None:
    found = read_register(b"id,name\nqe-1,one\nQE 1,two\n")
    assert (len(found.assets), found.left_out) == (1, 1)


@pytest.mark.parametrize("data", [b"", b"lat,lon\n1,2\n", b'{"features": 3}', b'{"a": ', b"id\n" + b'"' + b"x" * 200_000])
def test_what_is_no_register_is_an_error_that_says_what_to_do(data: bytes) -> None:
    with pytest.raises(RegisterError):
        read_register(data)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_register_or_an_error(data: bytes) -> None:
    for one in (data, b"id,lat\n" + data, b'{"features": [' + data):
        try:
            read_register(one)
        except RegisterError:
            continue


def test_assets_are_found_by_name_those_that_begin_with_it_first() -> None:
    assets = [RegisteredAsset("x-qe"), RegisteredAsset("qe-2"), RegisteredAsset("a", "Via QE")]
    assert [one.id for one in search(assets, "QE")] == ["qe-2", "a", "x-qe"]


def test_the_nearest_assets_come_first_with_their_distances() -> None:
    assets = [RegisteredAsset("far", None, 43.90, 11.10), RegisteredAsset("near", None, 43.8805, 11.0966), RegisteredAsset("nowhere")]
    found = nearest(assets, 43.8801, 11.0966)
    assert [one.id for _, one in found] == ["near", "far"]
    assert 40 < found[0][0] < 50
    assert distance_m(0, 0, 0, 1) == pytest.approx(111_195, rel=0.001)
