"""What an authority certifies, and what it refuses."""

import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import msgspec
import pytest

from gateway.host import certificate as x509
from gateway.trust import openssl
from gateway.trust.authority import Authority, TrustError
from gateway.trust.enrolment import EnrolmentRequest
from gateway.trust.identity import GatewayIdentity

DAY_MS, HOUR_MS = 86_400_000, 3_600_000
NOW_MS = 1_795_989_600_000
USER = "prato-citelum-gw-1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "authority", "Prato", NOW_MS)


def ends_ms(folder: Path, certificate: str) -> int:
    (folder / "one.pem").write_text(certificate)
    return x509.ends_ms(folder / "one.pem")


def test_only_its_owner_can_read_the_key(authority: Authority) -> None:
    assert stat.S_IMODE((authority.folder / "authority.key").stat().st_mode) == 0o600
    assert stat.S_IMODE((authority.folder / "register.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(authority.folder.stat().st_mode) == 0o700
    (authority.folder / "authority.key").chmod(0o640)
    with pytest.raises(TrustError, match=r"can be read by other users .* run chmod 600"):
        Authority(authority.folder)


def test_a_folder_is_used_once_and_its_authority_never_replaced(authority: Authority, tmp_path: Path) -> None:
    with pytest.raises(TrustError, match="is not empty: choose a new folder"):
        Authority.create(authority.folder, "Prato", NOW_MS)
    with pytest.raises(TrustError, match="has no authority: 'gateway trust init"):
        Authority(tmp_path)
    with pytest.raises(TrustError, match="'a/b' can't be the name of an authority"):
        Authority.create(tmp_path / "other", "a/b", NOW_MS)


def test_a_code_is_for_one_user_and_one_certificate(authority: Authority, tmp_path: Path) -> None:
    invitation = authority.invite(USER, NOW_MS, 7)
    request = GatewayIdentity(tmp_path / "gateway").request(invitation)
    with pytest.raises(TrustError, match="'prato-citelum-gw-2' is not invited"):
        authority.answer(msgspec.structs.replace(request, user="prato-citelum-gw-2"), NOW_MS, 90)
    answer = authority.answer(request, NOW_MS, 90)
    assert openssl.common_name(answer.certificate.encode()) == USER
    assert ends_ms(tmp_path, answer.certificate) == NOW_MS + 90 * DAY_MS
    with pytest.raises(TrustError, match="its code was used or has expired: 'gateway trust invite' makes a new one"):
        authority.answer(request, NOW_MS, 90)


def test_a_request_with_a_wrong_or_expired_code_is_refused_and_the_right_one_still_works(authority: Authority, tmp_path: Path) -> None:
    invitation = authority.invite(USER, NOW_MS, 7)
    guessed = GatewayIdentity(tmp_path / "thief").request(msgspec.structs.replace(invitation, code="00000-00000-00000-00000"))
    with pytest.raises(TrustError, match="was not made with its code"):
        authority.answer(guessed, NOW_MS, 90)
    request = GatewayIdentity(tmp_path / "gateway").request(invitation)
    swapped = msgspec.structs.replace(request, request=guessed.request)
    with pytest.raises(TrustError, match="was not made with its code"):
        authority.answer(swapped, NOW_MS, 90)
    with pytest.raises(TrustError, match="has expired"):
        authority.answer(request, NOW_MS + 7 * DAY_MS, 90)
    assert authority.answer(request, NOW_MS + 7 * DAY_MS - 1, 90).user == USER


def enrolled(authority: Authority, folder: Path, days: int = 90) -> GatewayIdentity:
    identity = GatewayIdentity(folder)
    identity.accept(authority.answer(identity.request(authority.invite(USER, NOW_MS, 7)), NOW_MS, days))
    return identity


def test_a_renewal_needs_the_key_of_a_certificate_that_is_valid(authority: Authority, tmp_path: Path) -> None:
    identity = enrolled(authority, tmp_path / "gateway")
    renewal = identity.renewal()
    assert authority.answer(renewal, NOW_MS + 60 * DAY_MS, 90).code_proof == b""
    unsigned = "is not signed with the key of a valid certificate: invite it with"
    with pytest.raises(TrustError, match=unsigned):
        authority.answer(msgspec.structs.replace(renewal, user="prato-citelum-gw-2"), NOW_MS, 90)
    other = openssl.new_request(openssl.new_key()).decode()
    with pytest.raises(TrustError, match=unsigned):
        authority.answer(msgspec.structs.replace(renewal, request=other), NOW_MS, 90)
    with pytest.raises(TrustError, match=unsigned):
        authority.answer(renewal, NOW_MS + 200 * DAY_MS, 90)
    authority.revoke(USER, NOW_MS)
    with pytest.raises(TrustError, match=unsigned):
        authority.answer(renewal, NOW_MS, 90)


def test_a_renewal_leaves_an_invitation_for_the_box_that_replaces_this_one(authority: Authority, tmp_path: Path) -> None:
    old = enrolled(authority, tmp_path / "old")
    request = GatewayIdentity(tmp_path / "new").request(authority.invite(USER, NOW_MS, 7))
    authority.answer(old.renewal(), NOW_MS, 90)
    assert authority.answer(request, NOW_MS, 90).user == USER


def test_a_request_without_any_proof_is_refused(authority: Authority) -> None:
    authority.invite(USER, NOW_MS, 7)
    with pytest.raises(TrustError, match="was not made with its code"):
        authority.answer(EnrolmentRequest(USER, openssl.new_request(openssl.new_key()).decode()), NOW_MS, 90)


@pytest.mark.parametrize("request_", [b"", b"junk", b"-----BEGIN CERTIFICATE REQUEST-----\n" + b"A" * 200])
def test_a_damaged_request_leaves_no_certificate(request_: bytes, authority: Authority) -> None:
    with pytest.raises(TrustError, match=f"the request of '{USER}' can't be used"):
        authority.certify(request_, USER, NOW_MS, 90)
    assert authority.register().certificates == ()


def test_no_certificate_is_valid_longer_than_the_authority(authority: Authority, tmp_path: Path) -> None:
    last_ms = x509.ends_ms(authority.folder / "authority.pem")
    made = authority.certify(openssl.new_request(openssl.new_key()), USER, last_ms - DAY_MS, 90)
    assert ends_ms(tmp_path, made.decode()) == last_ms
    with pytest.raises(TrustError, match="the authority's own certificate has expired"):
        authority.certify(openssl.new_request(openssl.new_key()), USER, last_ms + 1, 90)


@pytest.mark.parametrize(
    ("wrong", "refused"),
    [
        ("Prato", lambda authority: authority.invite("Prato", NOW_MS, 7)),
        ("a b", lambda authority: authority.certify(b"", "a b", NOW_MS, 90)),
        ("b:8883", lambda authority: authority.certify_broker("b:8883", NOW_MS, 90)),
        ("b\nbasicConstraints=CA:TRUE", lambda authority: authority.certify_broker("b\nbasicConstraints=CA:TRUE", NOW_MS, 90)),
        ("nobody", lambda authority: authority.revoke("nobody", NOW_MS)),
    ],
)
def test_a_name_that_can_not_be_used_is_refused(wrong: str, refused: Callable[[Authority], object], authority: Authority) -> None:
    with pytest.raises(TrustError, match=rf"'{wrong}'"):
        refused(authority)


def test_a_revocation_lists_every_certificate_of_its_user_and_can_be_repeated(authority: Authority) -> None:
    for _ in range(2):
        authority.certify(openssl.new_request(openssl.new_key()), USER, NOW_MS, 90)
    authority.certify(openssl.new_request(openssl.new_key()), "acquedotto", NOW_MS, 90)
    first = authority.revocation_list
    assert [one.user for one in authority.revoke(USER, NOW_MS)] == [USER, USER]
    second = authority.revocation_list
    assert authority.revoke(USER, NOW_MS) == []
    third = authority.revocation_list
    serial = next(authority.register().of("acquedotto")).serial
    assert [one.serial for one in authority.revoke(serial, NOW_MS)] == [serial]
    assert len({first, second, third, authority.revocation_list}) == 4
    assert authority.register().list_ms == NOW_MS - HOUR_MS + 2000, "each list is later than the one before"


def test_a_damaged_register_is_named(authority: Authority) -> None:
    (authority.folder / "register.json").write_text("{")
    with pytest.raises(TrustError, match=r"register.json is damaged .*: restore it from a backup"):
        authority.invite(USER, NOW_MS, 7)


def test_without_a_person_a_renewal_is_answered_only_when_it_is_due(authority: Authority, tmp_path: Path) -> None:
    renewal = enrolled(authority, tmp_path / "gateway").renewal()
    with pytest.raises(TrustError, match=f"the certificate of '{USER}' does not end soon, or was renewed several times: nothing is issued"):
        authority.answer(renewal, NOW_MS, 90, attended=False)
    assert authority.answer(renewal, NOW_MS + 70 * DAY_MS, 90, attended=False).user == USER


def test_certificates_that_are_issued_at_the_same_time_are_all_in_the_register(authority: Authority) -> None:
    request = openssl.new_request(openssl.new_key())

    def issue(number: int) -> bytes:
        return Authority(authority.folder).certify(request, f"user-{number}", NOW_MS, 90)

    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(issue, range(12)))) == 12
    assert {one.user for one in authority.register().certificates} == {f"user-{number}" for number in range(12)}
