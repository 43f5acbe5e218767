"""The register of an authority."""

import msgspec
import pytest

from gateway.trust.enrolment import Invitation
from gateway.trust.register import USER, CertificateRegister, IssuedCertificate, index_of_revoked, utc

DAY_MS = 86_400_000
NOW_MS = 1_795_989_600_000  # 2026-11-29T22:00Z


def certificate(serial: str, user: str = "a", begins_ms: int = NOW_MS, days: int = 90) -> IssuedCertificate:
    return IssuedCertificate(serial, user, "client", b"key", begins_ms, begins_ms + days * DAY_MS)


@pytest.mark.parametrize(("day", "state"), [(0, "valid"), (59, "valid"), (61, "ends soon"), (89, "ends soon"), (90, "expired")])
def test_a_certificate_ends_soon_when_less_than_a_third_of_its_time_is_left(day: int, state: str) -> None:
    one = certificate("01")
    assert one.state(NOW_MS + day * DAY_MS) == state
    assert one.is_valid(NOW_MS + day * DAY_MS) == (state != "expired")


def test_a_certificate_for_an_invitation_uses_that_one_and_no_other() -> None:
    register = CertificateRegister().invited(Invitation("a", "code", NOW_MS + 1)).invited(Invitation("b", "code", NOW_MS + 1))
    assert register.issued(certificate("01", "a")).invitation("a", NOW_MS) is not None
    register = register.issued(certificate("01", "a"), invited=True)
    assert register.invitation("a", NOW_MS) is None
    assert register.invitation("b", NOW_MS) is not None


def test_a_user_has_one_invitation_and_it_ends() -> None:
    register = CertificateRegister().invited(Invitation("a", "first", NOW_MS + 9)).invited(Invitation("a", "second", NOW_MS + 9))
    assert register.invitations == (Invitation("a", "second", NOW_MS + 9),)
    assert register.invitation("a", NOW_MS + 8) is not None
    assert register.invitation("a", NOW_MS + 9) is None


def test_a_revocation_keeps_its_first_time_and_ends_the_invitation() -> None:
    register = CertificateRegister((certificate("01"), certificate("02"), certificate("03", "b")), (Invitation("a", "code", NOW_MS + 9),))
    once = register.revoked(["01"], ["a"], NOW_MS)
    again = once.revoked(["01", "02"], ["a"], NOW_MS + DAY_MS)
    assert [one.revoked_ms for one in again.certificates] == [NOW_MS, NOW_MS + DAY_MS, None]
    assert again.invitations == ()
    assert again.certificates[0].state(NOW_MS + 1000 * DAY_MS) == "revoked"
    assert msgspec.json.decode(msgspec.json.encode(again), type=CertificateRegister) == again


def test_the_index_lists_the_revoked_as_openssl_reads_them() -> None:
    register = CertificateRegister((certificate("0A"), certificate("0B"))).revoked(["0B"], [], NOW_MS)
    assert index_of_revoked(register.certificates) == "R\t270227220000Z\t261129220000Z\t0B\tunknown\t/CN=a\n"
    assert utc(NOW_MS) == "20261129220000Z"


def test_a_user_has_the_form_of_a_name_in_the_access_rules() -> None:
    assert USER.fullmatch("prato-citelum-gw-0042")
    assert USER.fullmatch("a" * 64)
    for wrong in ("", "a" * 65, "A", "a b", "a/b", "a\n", "-a", "a-", "ä"):
        assert USER.fullmatch(wrong) is None


def test_a_user_is_due_when_its_newest_valid_certificate_ends_soon() -> None:
    later_ms = NOW_MS + 70 * DAY_MS
    register = CertificateRegister((certificate("01"),))
    assert not register.is_due("a", NOW_MS)
    assert register.is_due("a", later_ms)
    assert not register.is_due("a", NOW_MS + 90 * DAY_MS)
    assert not register.is_due("b", later_ms)
    renewed = register.issued(certificate("02", begins_ms=later_ms))
    assert not renewed.is_due("a", later_ms)
    assert renewed.revoked(["02"], [], later_ms).is_due("a", later_ms)
    assert not register.revoked(["01"], [], later_ms).is_due("a", later_ms)


def test_a_certificate_that_ends_soon_is_renewed_a_few_times_and_no_more() -> None:
    later_ms = NOW_MS + 70 * DAY_MS
    present = certificate("01")
    register = CertificateRegister((present,))
    assert not register.may_renew(present, NOW_MS)
    for number in range(5):
        assert register.may_renew(present, later_ms)
        register = register.issued(certificate(f"1{number}", begins_ms=later_ms))
    assert not register.may_renew(present, later_ms)
    assert not register.may_renew(register.certificates[-1], later_ms)


def test_certificates_that_expired_long_ago_are_forgotten_and_no_others() -> None:
    register = CertificateRegister((certificate("01"), certificate("02", days=3650)))
    soon = register.issued(certificate("03", begins_ms=NOW_MS + 480 * DAY_MS))
    assert [one.serial for one in soon.certificates] == ["01", "02", "03"]
    later = soon.issued(certificate("04", begins_ms=NOW_MS + 500 * DAY_MS))
    assert [one.serial for one in later.certificates] == ["02", "03", "04"]
