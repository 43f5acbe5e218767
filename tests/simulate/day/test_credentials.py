"""Credentials of the day; that they let in who they should, and nobody else, is tried with the clients."""

import json
from pathlib import Path

from gateway.config.site_file import load_site
from gateway.simulate.day.credentials import issue_passwords, listener, room_document, with_tokens
from gateway.web.operator.users import UsersFile
from gateway.web.situation.tokens import TokensFile


def test_every_organisation_has_a_password_and_a_token_of_its_own(tmp_path: Path) -> None:
    credentials = with_tokens(tmp_path, issue_passwords(tmp_path, "prato", 1884, 8091))
    assert len(set(credentials.passwords.values())) == len(set(credentials.tokens.values())) == 11
    owner = TokensFile(tmp_path / "situation-tokens.json").owner_of(credentials.tokens["cap"], 0)
    assert owner is not None
    assert (owner.organisation, owner.token.role) == ("cap", "editor")


def test_secrets_are_readable_by_their_owner_alone_and_passwords_are_hashed_for_the_broker(tmp_path: Path) -> None:
    credentials = with_tokens(tmp_path, issue_passwords(tmp_path, "prato", 1884, 8091))
    assert {path.name for path in tmp_path.iterdir() if path.stat().st_mode & 0o077} <= {".lock"}
    assert credentials.passwords["cap"] not in (tmp_path / "day.passwords").read_text()
    people = json.loads((tmp_path / "organisations.json").read_text())
    assert (people["broker"], people["api"]) == ("mqtt://127.0.0.1:1884", "http://127.0.0.1:8091")
    password = credentials.passwords["comune"]
    assert people["wall"] == {"url": "http://127.0.0.1:8091/room", "user": "control-room@comune", "password": password}
    assert UsersFile(tmp_path / "situation-people.json", "").with_password("control-room@comune", password) is not None
    assert people["organisations"]["cap"] == {"password": credentials.passwords["cap"], "token": credentials.tokens["cap"]}


def test_the_listener_knows_the_files_and_the_site_file_is_valid(tmp_path: Path) -> None:
    credentials = with_tokens(tmp_path, issue_passwords(tmp_path, "prato", 1884, 8091))
    assert f"password_file {tmp_path}/day.passwords\nacl_file {tmp_path}/day.acl\n" in listener(tmp_path, 1884)
    centre = {
        "broker": "mqtt://127.0.0.1:1883",
        "store": {"history": {"path": str(tmp_path / "h.sqlite")}},
        "situation": room_document(credentials),
    }
    (tmp_path / "centre.yaml").write_text(json.dumps({"site": "prato", "centre": centre}))
    found = load_site(tmp_path / "centre.yaml").site.centre
    assert found is not None
    assert found.situation is not None
    assert found.situation.organisations["comune"].authority
