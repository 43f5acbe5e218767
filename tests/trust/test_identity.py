"""The identity of a gateway: what it accepts, and that its key stays."""

import fcntl
import os
import ssl
import stat
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gateway.host import clock
from gateway.trust import identity as module
from gateway.trust import openssl
from gateway.trust.authority import Authority
from gateway.trust.enrolment import EnrolmentAnswer, file_of, proof
from gateway.trust.identity import AUTHORITY, IDENTITY, PENDING, RENEWAL, GatewayIdentity, IdentityError, Pending

USER = "prato-citelum-gw-1"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority.create(tmp_path / "authority", "Prato", clock.now_ms())


@pytest.fixture
def identity(tmp_path: Path) -> GatewayIdentity:
    return GatewayIdentity(tmp_path / "gateway")


def answered(authority: Authority, identity: GatewayIdentity) -> EnrolmentAnswer:
    return authority.answer(identity.request(authority.invite(USER, clock.now_ms(), 7)), clock.now_ms(), 90)


def test_an_enrolled_gateway_has_key_and_certificate_in_one_file_that_only_it_can_read(
    authority: Authority, identity: GatewayIdentity
) -> None:
    identity.accept(answered(authority, identity))
    file = identity.folder / IDENTITY
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    ssl.create_default_context(cafile=str(identity.folder / AUTHORITY)).load_cert_chain(file, file)
    assert sorted(one.name for one in identity.folder.iterdir()) == [AUTHORITY, IDENTITY]


def test_the_private_key_is_in_no_file_that_goes_out(authority: Authority, identity: GatewayIdentity) -> None:
    request = identity.request(authority.invite(USER, clock.now_ms(), 7))
    answer = authority.answer(request, clock.now_ms(), 90)
    identity.accept(answer)
    renewal = identity.renewal()
    everything = b"".join([file_of(request), file_of(answer), file_of(renewal), *(one.read_bytes() for one in authority.folder.iterdir())])
    pending = msgspec.json.decode((identity.folder / RENEWAL).read_bytes(), type=Pending)
    keys = [(identity.folder / IDENTITY).read_text(), pending.key.decode()]
    assert everything.count(b"PRIVATE KEY") == 2, "the authority's own: where it begins and ends"
    assert all("\n".join(key.splitlines()[1:3]).encode() not in everything for key in keys)


Forge = Callable[[Authority, GatewayIdentity, Authority], EnrolmentAnswer]


def of_another_request(authority: Authority, identity: GatewayIdentity, _: Authority) -> EnrolmentAnswer:
    code = authority.invite(USER, clock.now_ms(), 7)
    before = identity.request(code)
    identity.request(code)
    return authority.answer(before, clock.now_ms(), 90)


def of_a_foreign_authority(_: Authority, identity: GatewayIdentity, foreign: Authority) -> EnrolmentAnswer:
    invitation = foreign.invite(USER, clock.now_ms(), 7)
    request = identity.request(msgspec.structs.replace(invitation, code="00000-00000-00000-00000"))
    certificate = foreign.certify(request.request.encode(), USER, clock.now_ms(), 90).decode()
    return EnrolmentAnswer(USER, certificate, foreign.certificate.decode(), proof(invitation.code, "answer"))


def signed_by_another_than_the_answer_says(authority: Authority, identity: GatewayIdentity, foreign: Authority) -> EnrolmentAnswer:
    invitation = authority.invite(USER, clock.now_ms(), 7)
    certificate = foreign.certify(identity.request(invitation).request.encode(), USER, clock.now_ms(), 90).decode()
    ours = authority.certificate.decode()
    return EnrolmentAnswer(USER, certificate, ours, proof(invitation.code, "answer", USER, certificate, ours))


def for_another_user(authority: Authority, identity: GatewayIdentity, _: Authority) -> EnrolmentAnswer:
    invitation = authority.invite(USER, clock.now_ms(), 7)
    certificate = authority.certify(identity.request(invitation).request.encode(), "acquedotto", clock.now_ms(), 90).decode()
    ours = authority.certificate.decode()
    return EnrolmentAnswer(USER, certificate, ours, proof(invitation.code, "answer", USER, certificate, ours))


def damaged(authority: Authority, identity: GatewayIdentity, _: Authority) -> EnrolmentAnswer:
    invitation = authority.invite(USER, clock.now_ms(), 7)
    identity.request(invitation)
    return EnrolmentAnswer(USER, "junk", "junk", proof(invitation.code, "answer", USER, "junk", "junk"))


@pytest.mark.parametrize(
    ("forge", "why"),
    [
        (of_another_request, "the answer is to another request"),
        (of_a_foreign_authority, "not made with the code of the invitation"),
        (signed_by_another_than_the_answer_says, "not signed by the authority that this gateway trusts"),
        (for_another_user, f"the certificate is for 'acquedotto', not for '{USER}'"),
        (damaged, "the certificate in the answer is damaged"),
    ],
)
def test_a_wrong_answer_is_refused_and_changes_nothing(
    forge: Forge, why: str, authority: Authority, identity: GatewayIdentity, tmp_path: Path
) -> None:
    answer = forge(authority, identity, Authority.create(tmp_path / "foreign", "Prato", clock.now_ms()))
    with pytest.raises(IdentityError, match=why):
        identity.accept(answer)
    assert [one.name for one in identity.folder.iterdir()] == [PENDING]


def test_a_renewal_replaces_the_key_and_trusts_no_other_authority(authority: Authority, identity: GatewayIdentity, tmp_path: Path) -> None:
    identity.accept(answered(authority, identity))
    before = (identity.folder / IDENTITY).read_bytes()
    renewal = identity.renewal()
    foreign = Authority.create(tmp_path / "foreign", "Prato", clock.now_ms())
    certificate = foreign.certify(renewal.request.encode(), USER, clock.now_ms(), 90).decode()
    with pytest.raises(IdentityError, match="not signed by the authority that this gateway trusts"):
        identity.accept(EnrolmentAnswer(USER, certificate, foreign.certificate.decode()))
    assert (identity.folder / IDENTITY).read_bytes() == before
    identity.accept(authority.answer(renewal, clock.now_ms(), 90))
    assert openssl.public_key((identity.folder / IDENTITY).read_bytes()) != openssl.public_key(before)


def test_a_power_cut_while_an_answer_is_accepted_leaves_the_old_or_the_new_identity(
    authority: Authority, identity: GatewayIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity.accept(answered(authority, identity))
    answer = authority.answer(identity.renewal(), clock.now_ms(), 90)

    def cut(path: Path, *_: object, **__: object) -> None:
        raise OSError(path.name)

    with monkeypatch.context() as patched:
        patched.setattr(module, "write_whole", cut)
        with pytest.raises(OSError, match=IDENTITY):
            identity.accept(answer)
    file = identity.folder / IDENTITY
    ssl.create_default_context().load_cert_chain(file, file)
    identity.accept(answer)
    ssl.create_default_context().load_cert_chain(file, file)


def test_what_is_missing_or_damaged_is_said_with_what_to_do(authority: Authority, identity: GatewayIdentity) -> None:
    with pytest.raises(IdentityError, match="has no identity to renew: enrol with an invitation first"):
        identity.renewal()
    answer = answered(authority, identity)
    (identity.folder / PENDING).write_text("{")
    with pytest.raises(IdentityError, match="is damaged: enrol with a new invitation"):
        identity.accept(answer)
    (identity.folder / PENDING).unlink()
    with pytest.raises(IdentityError, match="waits for an answer: 'gateway trust enrol' with an invitation makes one"):
        identity.accept(answer)


def test_a_key_that_others_can_read_signs_no_renewal(authority: Authority, identity: GatewayIdentity) -> None:
    identity.accept(answered(authority, identity))
    (identity.folder / IDENTITY).chmod(0o644)
    with pytest.raises(IdentityError, match=r"can be read by other users .* run chmod 600"):
        identity.renewal()


def test_a_renewal_keeps_its_key_until_it_is_answered(authority: Authority, identity: GatewayIdentity) -> None:
    assert not identity.waits_for_renewal
    request = identity.request(authority.invite(USER, clock.now_ms(), 7))
    assert not identity.waits_for_renewal, "it waits for the answer to an invitation"
    identity.accept(authority.answer(request, clock.now_ms(), 90))
    first, second = identity.renewal(), GatewayIdentity(identity.folder).renewal()
    assert identity.waits_for_renewal
    assert openssl.requested_key(first.request.encode()) == openssl.requested_key(second.request.encode())
    identity.accept(authority.answer(first, clock.now_ms(), 90))
    assert not identity.waits_for_renewal
    assert openssl.requested_key(identity.renewal().request.encode()) != openssl.requested_key(first.request.encode())


def test_a_damaged_request_is_made_anew(authority: Authority, identity: GatewayIdentity) -> None:
    identity.accept(answered(authority, identity))
    identity.renewal()
    (identity.folder / RENEWAL).write_text("{")
    assert not identity.waits_for_renewal
    identity.accept(authority.answer(identity.renewal(), clock.now_ms(), 90))


def test_what_root_writes_belongs_to_the_user_of_the_folder(authority: Authority, tmp_path: Path) -> None:
    state = tmp_path / "state"
    state.mkdir()
    for folder in (state, authority.folder):
        os.chown(folder, 12, 34)
    identity = GatewayIdentity(state / "identity")
    identity.accept(answered(authority, identity))
    authority.revoke(USER, clock.now_ms())
    made = [identity.folder, *identity.folder.iterdir(), authority.folder / "register.json", authority.folder / "revoked.pem"]
    assert {(one.stat().st_uid, one.stat().st_gid) for one in made} == {(12, 34)}


def test_a_request_that_waits_can_be_made_again_and_either_is_answered(authority: Authority, identity: GatewayIdentity) -> None:
    identity.request(authority.invite(USER, clock.now_ms(), 7))
    identity.accept(authority.answer(identity.waiting_request(), clock.now_ms(), 90))
    assert identity.is_enrolled
    identity.renewal()
    with pytest.raises(IdentityError, match="waits for an answer"):
        identity.waiting_request()


def test_a_renewal_that_the_centre_asks_for_does_not_undo_an_enrolment_under_way(authority: Authority, identity: GatewayIdentity) -> None:
    identity.accept(answered(authority, identity))
    answer = answered(authority, identity)
    renewed = authority.answer(identity.renewal(), clock.now_ms(), 90)
    assert identity.waits_for_answer
    identity.accept(renewed)
    assert identity.waits_for_answer, "the answer to the enrolment is still on its way"
    identity.accept(answer)
    assert (identity.folder / IDENTITY).read_bytes().endswith(answer.certificate.encode())


def test_an_enrolment_ends_a_renewal_of_the_identity_before(authority: Authority, identity: GatewayIdentity, tmp_path: Path) -> None:
    identity.accept(answered(authority, identity))
    late = authority.answer(identity.renewal(), clock.now_ms(), 90)
    identity.accept(answered(Authority.create(tmp_path / "new", "Prato", clock.now_ms()), identity))
    assert not identity.waits_for_renewal
    with pytest.raises(IdentityError, match="'gateway trust renew' makes one"):
        identity.accept(late)


def test_nobody_else_changes_an_identity_while_an_answer_is_accepted(
    authority: Authority, identity: GatewayIdentity, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, seen = answered(authority, identity), list[bool]()
    check = openssl.is_signed_by

    def checking(certificate: bytes, by: bytes) -> bool:
        folder = os.open(identity.folder, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(folder)
        seen.append(True)
        return check(certificate, by)

    monkeypatch.setattr(openssl, "is_signed_by", checking)
    identity.accept(answer)
    assert seen == [True]
