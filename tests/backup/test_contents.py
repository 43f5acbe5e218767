"""What a backup contains."""

import hashlib
import os
from pathlib import Path

import msgspec
import pytest

from gateway.backup.contents import BackedUpFile, described, files_of, owners_here, sha256_of, whole_path
from tests.backup.gateways import OldGateway


def test_it_has_the_site_file_the_identity_and_what_the_gateway_learned_and_nothing_else(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    names = [one.relative_to(old.folder).as_posix() for one in files_of(old.site, old.edge)]
    assert names == ["site.yaml", "identity/authority.pem", "identity/identity.pem", "learned/d-1.json", "devices/d-1.json"]


def test_the_authorities_of_the_system_and_files_that_systemd_provides_are_left_out(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    text = old.site.read_text().replace(f"ca: {old.folder}/identity/authority.pem", "ca: /etc/ssl/certs/ca-certificates.crt")
    old.site.write_text(text.replace("  tls:", "  login: {user: gw, password_file: $CREDENTIALS_DIRECTORY/mqtt}\n  tls:"))
    assert {one.parent.name for one in files_of(old.site, old.edge)} == {"old", "identity", "learned", "devices"}


def test_a_password_file_is_in_it(tmp_path: Path) -> None:
    old = OldGateway(tmp_path / "old")
    (tmp_path / "password").write_text("secret")
    old.site.write_text(old.site.read_text().replace("  tls:", f"  login: {{user: gw, password_file: {tmp_path}/password}}\n  tls:"))
    assert tmp_path / "password" in files_of(old.site, old.edge)


@pytest.mark.parametrize("path", ["relative", "/a/../b", "/a/./b", "/a//b", "/", "/a/..", "/a\x00b"])
def test_a_path_with_a_way_out_of_its_folder_is_refused(path: str) -> None:
    document = {"path": path, "mode": 0o600, "user": "a", "group": "a", "bytes": 0, "sha256": ""}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(document, BackedUpFile)


def test_a_file_is_described_with_its_owners_mode_and_hash(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"content")
    (tmp_path / "file").chmod(0o640)
    found = described(tmp_path / "file", tmp_path / "file", 7, sha256_of(tmp_path / "file"))
    assert (found.mode, found.sha256) == (0o640, hashlib.sha256(b"content").hexdigest())
    expected = (os.geteuid(), os.getegid()) if os.geteuid() == 0 else None
    assert owners_here(found) == expected


def test_a_user_that_is_unknown_here_owns_nothing() -> None:
    assert owners_here(BackedUpFile("/a", 0o600, "nobody-of-that-name", "root", 0, "")) is None


def test_a_path_is_made_whole_without_following_links(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("elsewhere")
    assert whole_path(tmp_path / "x" / ".." / "link") == tmp_path / "link"
