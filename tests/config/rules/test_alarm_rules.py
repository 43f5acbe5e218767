"""Rules of `alarms`: contacts that can be reached, and that exist."""

from pathlib import Path

import pytest

from gateway.config.site_file import load_site
from tests.config.sites import problems_of

SITE = "site: prato\ncentre: {{broker: 'mqtt://127.0.0.1:1883', store: {{history: {{path: h.sqlite}}}}, alarms: {{{alarms}}}}}\n"
SMTP = "smtp: {server: 'mail.example:587', sender: a@b}"


@pytest.mark.parametrize(
    ("alarms", "sentence"),
    [
        ("smtp: {server: 'mail.example:25', sender: a@b, encryption: none}", "would cross the network unencrypted"),
        ("smtp: {server: 'mail.example:587', sender: nobody}", "an e-mail address has no '@'"),
        ("smtp: {server: '[::1]:25', sender: a@b, encryption: none, ca: c.pem}", "'ca' has no effect without encryption"),
        ("contacts: {room: {}}", "a contact needs exactly one way to be notified"),
        (f"{SMTP}, contacts: {{room: {{email: [a@b], webhook: 'https://h', secret_file: s}}}}", "a contact needs exactly one way to be notified"),
        (f"{SMTP}, contacts: {{room: {{email: [nobody]}}}}", "an e-mail address has no '@'"),
        ("contacts: {room: {email: [a@b]}}", "there is no mail server; add 'smtp:' under 'alarms:'"),
        ("contacts: {room: {webhook: 'https://h'}}", "without a secret, anybody could send such messages"),
        ("contacts: {room: {webhook: 'http://hook.example', secret_file: s}}", "write 'https://hook.example'"),
        (f"{SMTP}, contacts: {{room: {{email: [a@b], secret_file: s}}}}", "there is no webhook whose messages it signs"),
        ("contacts: {room: {webhook: 'http://127.0.0.1', secret_file: s, ca: c}}", "'ca' has no effect without a webhook over HTTPS"),
        (f"{SMTP}, contacts: {{room: {{email: [a@b]}}}}, notify: {{centre: [{{contacts: [rome]}}]}}", "there is no contact 'rome'; did you mean 'room'?"),
        (f"{SMTP}, contacts: {{room: {{email: [a@b]}}}}, notify: {{centre: [{{contacts: [room, room]}}]}}", "'room' is listed twice"),
        (f"{SMTP}, contacts: {{room: {{email: [a@b]}}}}, notify: {{centre: [{{contacts: []}}]}}", "the list is empty"),
        (f"{SMTP}, contacts: {{room: {{email: [a@b]}}}}, notify: {{centre: [{{contacts: [room], priorities: [urgent]}}]}}", "urgent"),
    ],
)  # fmt: skip
def test_what_would_not_work_is_refused(alarms: str, sentence: str, tmp_path: Path) -> None:
    found = problems_of(SITE.format(alarms=alarms), tmp_path)
    assert any(sentence in said for _, _, said in found), found


def test_contacts_with_escalation_are_accepted(tmp_path: Path) -> None:
    contacts = (
        'room: {email: [a@b], language: it, quiet: {begin: "22:00", end: "06:00"}, interval: 2min}, '
        "tickets: {webhook: 'https://h', secret_file: s}"
    )
    notify = "citelum: [{priorities: [critical], contacts: [room, tickets], after: 0s, escalate: 10min, remind: 4h}]"
    (tmp_path / "site.yaml").write_text(SITE.format(alarms=f"{SMTP}, contacts: {{{contacts}}}, notify: {{{notify}}}"))
    centre = load_site(tmp_path / "site.yaml").centre
    assert centre is not None
    alarms = centre.settings.alarms
    assert alarms.contacts["room"].quiet is not None
    assert (alarms.contacts["room"].quiet.begin, alarms.contacts["room"].interval) == (22 * 60, 120.0)
    assert (alarms.notify["citelum"][0].escalate, alarms.notify["citelum"][0].remind) == (600.0, 14_400.0)
