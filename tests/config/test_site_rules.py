"""Site files that break a rule: each problem has the exact place and says what to write."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.config.sites import Broken, check_broken, problems_of

BROKEN: dict[str, Broken] = {
    "a misspelt profile": ("carlo_gavazzi_em340", "carlo_gavazi_em340", [(14, 37, "did you mean 'carlo_gavazzi_em340' or")]),
    "an unknown profile": ("carlo_gavazzi_em340", "zzz", [(14, 37, "unknown profile 'zzz'; 'gateway profiles list' lists the known ones")]),
    "a duplicate line id": ("id: dali", "id: panel", [(15, 9, "duplicate line 'panel', first on line 9")]),
    "a duplicate device id": ("id: qe-041-dali", "id: qe-041-meter", [(18, 13, "duplicate device 'qe-041-meter', first on line 14")]),
    "a broker without encryption": (
        "mqtts://broker.example:8883",
        "mqtt://broker.example:1883",
        [(4, 18, "write 'mqtts://broker.example:8883'")],
    ),
    "a line with two connections": (
        '    tcp: "192.0.2.10:502"',
        '    tcp: "192.0.2.10:502"\n    serial: /dev/ttyS0',
        [(15, 5, "write one of: serial, tcp")],
    ),
    "a line without a connection": ('    tcp: "192.0.2.10:502"\n', "", [(15, 5, "needs exactly one connection")]),
    "a speed on a TCP line": (
        '    tcp: "192.0.2.10:502"',
        '    tcp: "192.0.2.10:502"\n    baud: 9600',
        [(17, 5, "'baud' has no effect on a TCP line")],
    ),
    "no uplink": ('uplink: {broker: "mqtts://broker.example:8883", confirm: stored}\n', "", [(1, 1, "'uplink' is missing")]),
    "a gateway without an operator": ("operator: citelum\n", "", [(1, 1, "'operator' is missing; a gateway needs it")]),
    "a supply from an unknown device": (
        "every: 10s}",
        "powered_by: {device: qe-041-dalo, point: actual_level}}",
        [(14, 103, "did you mean 'qe-041-dali'?")],
    ),
    "a device that feeds itself": (
        "every: 10s}",
        "powered_by: {device: qe-041-meter, point: frequency}}",
        [(14, 103, "there is no other device 'qe-041-meter'")],
    ),
    "a supply from a point that is not read": (
        "every: 10s}",
        "powered_by: {device: qe-041-dali, point: fade_running}}",
        [(14, 123, "reads 'fade_running'; write one of: actual_level")],
    ),
    "a supply on a channel that is not used": (
        "every: 10s}",
        "powered_by: {device: qe-041-dali, point: lamp_power_on, channel: 7}}",
        [(14, 147, "has no channel 7")],
    ),
    "an interval of zero on TCP": (
        "profile: intesis_ibmbsdal",
        "profile: intesis_ibmbsdal\n        every: 0s",
        [(18, 7, "'every: 0s' would poll a TCP device")],
    ),
    "an echo on TCP": (
        '    tcp: "192.0.2.10:502"',
        '    echo: true\n    tcp: "192.0.2.10:502"',
        [(16, 5, "'echo' has no effect on a TCP line")],
    ),
    "direction control on TCP": (
        '    tcp: "192.0.2.10:502"',
        '    rs485: {}\n    rtu_over_tcp: "192.0.2.10:502"',
        [(16, 5, "'rs485' has no effect on a TCP line")],
    ),
    "two devices on a line of text": (
        "    devices:\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340,",
        "    devices:\n      - {id: a, profile: omnipresense_ops243, asset: qe-041}\n      - {id: qe-041-meter, profile: carlo_gavazzi_em340,",
        [(15, 9, "a line without Modbus has only one device")],
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_site_file_that_breaks_a_rule_says_where_and_what_to_write(name: str, tmp_path: Path) -> None:
    check_broken(BROKEN[name], tmp_path)


CENTRE = 'site: prato\ncentre:\n  broker: "mqtt://127.0.0.1:1883"\n  store: {influx: {url: "http://store.example:8086"}}\n'


def test_a_centre_writes_to_one_store_and_not_over_an_open_network(tmp_path: Path) -> None:
    assert problems_of(CENTRE, tmp_path) == [
        (4, 25, "http:// would send data over the network unencrypted; write 'https://store.example:8086'")
    ]
    both = CENTRE.replace("http://store.example:8086", "http://127.0.0.1:8086").replace("}}", "}, history: {path: x}}")
    assert problems_of(both, tmp_path) == [(4, 10, "a centre must have exactly one store; write either 'influx: …' or 'history: …'")]


def test_operators_have_databases_of_their_own_only_where_there_are_databases(tmp_path: Path) -> None:
    ((line, _, message),) = problems_of(
        CENTRE.replace("http://store.example:8086", "http://127.0.0.1:8428").replace("}}", ", api: victoria, operators: [citelum]}}"),
        tmp_path,
    )
    assert line == 4
    assert "VictoriaMetrics has no databases" in message


def test_a_lighting_panel_needs_its_position(tmp_path: Path) -> None:
    text = (
        "site: prato\nassets:\n  qe-1: {lat: 43.8, lighting: {lamps: 4, lamp_power: 60}}\n"
        'centre: {broker: "mqtt://127.0.0.1:1", store: {history: {path: h}}}\n'
    )
    ((line, _, message),) = problems_of(text, tmp_path)
    assert line == 3
    assert "needs its position" in message
    (tmp_path / "site.yaml").write_text(text.replace("lat: 43.8", "lat: 43.8, lon: 11.1"))
    assert load_site(tmp_path / "site.yaml").site.assets["qe-1"].lighting is not None


def test_a_ca_without_https_is_an_error(tmp_path: Path) -> None:
    plain = CENTRE.replace('"http://store.example:8086"', '"http://127.0.0.1:8086", ca: ca.pem')
    assert problems_of(plain, tmp_path) == [(4, 54, "'ca' has no effect with http://; write https://, or remove 'ca'")]


def test_influxdb_2_needs_an_organisation(tmp_path: Path) -> None:
    second = CENTRE.replace('"http://store.example:8086"', '"http://127.0.0.1:8086", api: v2')
    assert problems_of(second, tmp_path) == [(4, 55, "'api: v2' needs the organisation that owns the bucket; add 'org: …'")]


def test_the_address_to_read_from_is_not_over_an_open_network_either(tmp_path: Path) -> None:
    cluster = CENTRE.replace('"http://store.example:8086"', '"https://a.example", read_url: "http://b.example:8481/select"')
    assert problems_of(cluster, tmp_path) == [
        (4, 56, "http:// would send data over the network unencrypted; write 'https://b.example:8481'")
    ]
    path = tmp_path / "centre.yaml"
    path.write_text(CENTRE.replace('"http://store.example:8086"', '"http://127.0.0.1:1", read_url: "https://b.example", ca: ca.pem'))
    centre = load_site(path).centre
    assert centre is not None
    assert centre.settings.store.influx is not None
    assert centre.settings.store.influx.reading().url == "https://b.example"


@pytest.mark.parametrize(
    ("uplink", "place", "message"),
    [
        ('broker: "mqtt://127.0.0.1:1883"\n  tls: {ca: x}', (4, 8), "'tls' has no effect with mqtt://; write mqtts://, or remove 'tls'"),
        ('broker: "mqtts://b:8883"\n  tls: {cert: x}', (4, 8), "a client certificate needs its key, and the key its certificate; write both 'cert' and 'key'"),
    ],
)  # fmt: skip
def test_the_tls_files_of_a_broker_must_make_sense(uplink: str, place: tuple[int, int], message: str, tmp_path: Path) -> None:
    text = f"site: prato\ncentre:\n  {uplink}\n  store: {{history: {{path: x}}}}\n"
    assert problems_of(text, tmp_path) == [(*place, message)]


@pytest.mark.parametrize(
    ("broker", "place", "message"),
    [
        ('["mqtts://a:8883", "mqtt://b:1883"]', (3, 30), "mqtt:// would send data over the network unencrypted; write 'mqtts://b:8883'"),
        ('["mqtts://a:8883", "mqtt://127.0.0.1"]', (3, 11), "some of the addresses are encrypted and others are not; write all of them with mqtts://"),
        ('["mqtts://a:8883", "mqtts://a:8883"]', (3, 11), "an address is listed twice; list each node of the cluster once"),
        ('["mqtts://a:8883", broker.example]', (3, 30), "'broker.example' is not a valid address; write for example \"mqtts://broker.example:8883\""),
        ("[]", (3, 11), "the list is empty; write at least one value"),
    ],
)  # fmt: skip
def test_each_address_of_a_cluster_must_be_valid(broker: str, place: tuple[int, int], message: str, tmp_path: Path) -> None:
    text = f"site: prato\ncentre:\n  broker: {broker}\n  store: {{history: {{path: x}}}}\n"
    assert (*place, message) in problems_of(text, tmp_path)
