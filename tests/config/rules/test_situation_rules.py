"""Rules of `centre.situation`."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from gateway.model.site.situation.organisations import SigningKeySettings
from tests.config.sites import problems_of

CENTRE = "site: prato\ncentre:\n  broker: mqtt://127.0.0.1:1883\n  store: {history: {path: h.sqlite}}\n  situation:\n"

POSTGRESQL = "    postgresql: {server: 'db.example:5432', database: s, login: {user: u, password_file: p}}\n"


@pytest.mark.parametrize(
    ("situation", "sentence"),
    [
        ("    organisations: {}\n", "nobody takes part in the Situation Room; add at least one organisation"),
        ('    organisations: {comune: {}}\n    patron: "26-12"\n', "'26-12' is not a month and a day; write for example"),
        ('    organisations: {comune: {}}\n    patron: "12-32"\n', "'12-32' is not a month and a day"),
        ("    organisations: {comune: {kinds: [works]}}\n", "'works' is not a valid value"),
        ("    organisations: {Comune: {}}\n", "write 'comune'"),
        ("    organisations: {comune: {people: {anna: boss}}}\n", "'boss' is not a valid value"),
        ("    organisations: {comune: {}}\n    answer: {minor: -1}\n", "-1 is out of range"),
        (
            f"    organisations: {{comune: {{}}}}\n    database: s.sqlite\n{POSTGRESQL}",
            "situations are in one place; remove either 'database'",
        ),
        (
            "    organisations: {comune: {}}\n    telemetry: {panel_outage: {kind: lighting, organisations: [comun]}}\n",
            "there is no organisation 'comun'; did you mean 'comune'?",
        ),
        ("    organisations: {comune: {}}\n    subscriptions: {lavori: {email: [a@b]}}\n", "there is no mail server; add 'smtp:' under"),
        ("    organisations: {comune: {}}\n    subscriptions: {lavori: {email: [anna]}}\n", "an e-mail address has no '@'"),
        (
            "    organisations: {comune: {}}\n    subscriptions: {lavori: {email: [a@b], organisation: cap}}\n",
            "there is no organisation 'cap'",
        ),
        (
            "    organisations: {comune: {}}\n    subscriptions: {lavori: {email: [a@b], area: {west: 12, south: 43, east: 11, north: 44}}}\n",
            "nothing is in this area; exchange west and east",
        ),
        (
            "    organisations: {comune: {}}\n    subscriptions: {vicino: {email: [a@b], organisation: comune, near: true}}\n",
            "nobody knows what it owns; name an 'organisation' that has a 'layer'",
        ),
        ("    organisations: {comune: {}}\n    subscriptions: {mappa: {}}\n", "a subscription needs exactly one way to be sent"),
        (
            "    organisations: {comune: {}}\n    subscriptions: {mappa: {webhook: 'https://a.example/'}}\n",
            "without a secret, anybody could",
        ),
        (
            "    organisations: {comune: {}}\n    subscriptions: {mappa: {webhook: 'http://a.example/', secret_file: s}}\n",
            "http:// would send data over the network",
        ),
        ("    organisations: {comune: {}}\n    telemetry: {panel_outag: {kind: lighting}}\n", "panel_outage"),
        ("    organisations: {comune: {}}\n    api: {listen: '0.0.0.0:8091'}\n", "without TLS, tokens would cross the network readable"),
        ("    organisations: {comune: {}}\n    api: {listen: '[::]:8091'}\n", "without TLS, tokens would cross the network readable"),
        ("    organisations: {comune: {}}\n    api: {requests_per_minute: 0}\n", "0 is out of range"),
        ("    organisations: {comune: {}}\n    api: {url: 'https://a.example/sr'}\n", "write the address without a path"),
        (
            "    organisations: {comune: {webhook: {url: 'http://a.example/', secret_file: s}}}\n",
            "http:// would send data over the network",
        ),
        ("    organisations: {comune: {webhook: {url: 'http://127.0.0.1/', secret_file: s, ca: c}}}\n", "'ca' has no effect"),
        ("    organisations: {comune: {webhook: {url: 'https://a.example/'}}}\n", "secret_file"),
        ("    organisations: {comune: {}}\n    push: {orion: {url: 'http://a.example/'}}\n", "http:// would send data over the network"),
        ("    organisations: {comune: {}}\n    push: {orion: {url: 'http://127.0.0.1/', ca: c}}\n", "'ca' has no effect without HTTPS"),
        ("    organisations: {comune: {}}\n    push: {orion: {url: 'https://a.example/?a=b'}}\n", "the address of a broker has no query"),
        ("    organisations: {comune: {}}\n    push: {orion: {url: 'https://a.example', tenant: Città}}\n", "not the name of a tenant"),
        (
            "    organisations: {comune: {}}\n    push: {orion: {url: 'https://a.example', service_path: a/b}}\n",
            "this is not a service path",
        ),
        (
            "    organisations: {comune: {}}\n    push: {orion: {url: 'https://a.example', service_path: /a, api: ngsi-ld}}\n",
            "NGSI-LD has no service paths",
        ),
        (
            "    organisations: {comune: {keys: {sit: {file: k.pem}}}}\n",
            "signed tokens name the address of the API, which is missing; add 'url:",
        ),
        (
            "    organisations: {comune: {keys: {sit: {file: k.pem}}}}\n    api: {}\n",
            "add 'url: https://…' under 'centre: situation: api:'",
        ),
        (
            "    organisations: {comune: {keys: {sit: {file: k.pem, role: boss}}}}\n    api: {url: 'https://a.example'}\n",
            "'boss' is not a valid value",
        ),
    ],
)
def test_mistakes_are_reported_with_what_to_write(situation: str, sentence: str, tmp_path: Path) -> None:
    found = problems_of(CENTRE + situation, tmp_path)
    assert any(sentence in said for _, _, said in found), found


def test_a_room_with_organisations_and_people_is_accepted(tmp_path: Path) -> None:
    text = '    organisations: {comune: {authority: true, people: {luca: editor, sara: reader}}, cap: {kinds: [traffic]}}\n    patron: "12-26"\n'
    (tmp_path / "site.yaml").write_text(CENTRE + text)
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    assert centre.settings.situation is not None
    assert centre.settings.situation.organisations["comune"].people == {"luca": "editor", "sara": "reader"}
    assert centre.settings.situations_path() == "situations.sqlite"


def test_a_key_is_of_a_program_that_only_reads_unless_the_file_says_otherwise(tmp_path: Path) -> None:
    text = "    organisations: {comune: {keys: {sit: {file: /etc/sit.pem}}}}\n    api: {url: 'https://a.example'}\n"
    (tmp_path / "site.yaml").write_text(CENTRE + text)
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    assert centre.settings.situation is not None
    assert centre.settings.situation.organisations["comune"].keys == {"sit": SigningKeySettings(file="/etc/sit.pem", role="reader")}


def test_an_api_and_a_webhook_are_accepted(tmp_path: Path) -> None:
    text = (
        "    organisations: {comune: {webhook: {url: 'https://comune.example/hook', secret_file: /etc/hook, private: true, exercises: true}}}\n"
        "    api: {listen: '0.0.0.0:8443', tls: {cert: c.pem, key: k.pem}, hosts: [situations.example], public: true}\n"
    )
    (tmp_path / "site.yaml").write_text(CENTRE + text)
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    assert centre.settings.situation is not None
    assert centre.settings.situation.api is not None
    assert centre.settings.situation.api.requests_per_minute == 600
    assert centre.settings.situation_tokens_path() == "situation-tokens.json"


def test_a_context_broker_is_accepted(tmp_path: Path) -> None:
    broker = "{url: 'https://orion.example:1026', tenant: prato, service_path: /lavori/strada, token_file: t, ca: c, private: true}"
    (tmp_path / "site.yaml").write_text(f"{CENTRE}    organisations: {{comune: {{}}}}\n    push: {{orion: {broker}}}\n")
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    assert centre.settings.situation is not None
    assert centre.settings.situation.push["orion"].service_path == "/lavori/strada"
