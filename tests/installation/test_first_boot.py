"""A new gateway enrols with what is in a folder that stands for that of its boot partition."""

import os
from pathlib import Path

import pytest

from gateway.host import clock
from gateway.installation import first_boot
from gateway.installation.first_boot import FirstBootError, enrol_from
from gateway.trust import openssl
from gateway.trust.authority import Authority
from gateway.trust.enrolment import EnrolmentRequest, file_of, parse
from gateway.trust.identity import GatewayIdentity

USER = "prato-citelum-gw-1"
SITE = """\
site: prato
operator: citelum
gateway: gw-1
uplink: {broker: "mqtts://broker.example:8883"}
lines: [{id: l, serial: /dev/ttyS0, devices: [{id: meter, profile: carlo_gavazzi_em340, asset: qe-1}]}]
"""


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.create(tmp_path_factory.mktemp("centre") / "authority", "Prato street authority", clock.now_ms())


class Pi:
    """A gateway with the folder of its boot partition."""

    def __init__(self, root: Path) -> None:
        self.bundle, self.site_file = root / "boot", root / "site.yaml"
        self.bundle.mkdir()
        self.identity = GatewayIdentity(root / "state" / "identity")

    def boot(self) -> str:
        return enrol_from(self.bundle, self.identity, self.site_file).en

    def files(self) -> set[str]:
        return {path.name for path in self.bundle.iterdir()}

    def invite(self, authority: Authority) -> None:
        (self.bundle / "invitation.json").write_bytes(file_of(authority.invite(USER, clock.now_ms(), 7)))
        (self.bundle / "site.yaml").write_text(SITE)

    def answer(self, authority: Authority) -> None:
        request = parse((self.bundle / "request.json").read_bytes())
        assert isinstance(request, EnrolmentRequest)
        (self.bundle / "answer.json").write_bytes(file_of(authority.answer(request, clock.now_ms(), 90)))


@pytest.fixture
def pi(tmp_path: Path) -> Pi:
    return Pi(tmp_path)


def test_two_boots_enrol_a_gateway_and_leave_no_secret_behind(pi: Pi, authority: Authority) -> None:
    pi.invite(authority)
    assert pi.boot().startswith("take request.json to the centre")
    assert pi.site_file.read_text() == SITE
    assert b"PRIVATE" not in (pi.bundle / "request.json").read_bytes()
    pi.answer(authority)
    assert pi.boot() == "enrolled: the gateway has its certificate"
    assert pi.files() == {"site.yaml", "status.txt"}
    assert (pi.bundle / "status.txt").read_text().splitlines()[2] == "registrato: il gateway ha il suo certificato"
    identity = pi.identity.folder / "identity.pem"
    assert openssl.common_name(identity.read_bytes()) == USER
    assert identity.stat().st_mode & 0o777 == 0o600
    assert pi.boot() == "enrolled: the gateway has its certificate", "every later boot says so"


def test_a_boot_without_an_answer_keeps_the_request(pi: Pi, authority: Authority) -> None:
    pi.invite(authority)
    pi.boot()
    before = (pi.bundle / "request.json").read_bytes()
    pi.boot()
    assert (pi.bundle / "request.json").read_bytes() == before
    pi.answer(authority)
    pi.boot()
    assert pi.identity.is_enrolled


def test_a_power_cut_before_the_request_is_written_costs_nothing(pi: Pi, authority: Authority) -> None:
    pi.invite(authority)
    pi.boot()
    (pi.bundle / "request.json").unlink()
    pi.boot()
    pi.answer(authority)
    pi.boot()
    assert pi.identity.is_enrolled


def test_a_power_cut_after_the_answer_is_accepted_costs_nothing(pi: Pi, authority: Authority) -> None:
    pi.invite(authority)
    pi.boot()
    pi.answer(authority)
    left = {name: (pi.bundle / name).read_bytes() for name in pi.files()}
    pi.boot()
    for name, content in left.items():
        (pi.bundle / name).write_bytes(content)
    assert pi.boot() == "enrolled: the gateway has its certificate"
    assert pi.files() == {"site.yaml", "status.txt"}


def test_a_card_moved_to_another_machine_makes_its_own_request(pi: Pi, authority: Authority, tmp_path: Path) -> None:
    pi.invite(authority)
    pi.boot()
    other = GatewayIdentity(tmp_path / "other" / "identity")
    before = (pi.bundle / "request.json").read_bytes()
    enrol_from(pi.bundle, other, tmp_path / "other.yaml")
    assert (pi.bundle / "request.json").read_bytes() != before


def test_a_partition_without_modes_is_written_too(pi: Pi, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    really = os.fchmod

    def as_vfat(descriptor: int, mode: int) -> None:
        if str(pi.bundle) in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise PermissionError(1, "Operation not permitted")
        really(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", as_vfat)
    pi.invite(authority)
    pi.boot()
    pi.answer(authority)
    pi.boot()
    assert pi.identity.is_enrolled


def test_the_site_file_that_is_there_is_kept(pi: Pi, authority: Authority) -> None:
    pi.site_file.write_text(SITE + "# changed on site\n")
    pi.invite(authority)
    pi.boot()
    assert pi.site_file.read_text().endswith("# changed on site\n")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("invitation.json", b"{}", "invitation.json is no file of an enrolment"),
        ("invitation.json", b"x" * 70_000, "invitation.json: "),
        ("answer.json", b'{"file": "invitation", "user": "u", "code": "c", "ends_ms": 0}', "answer.json is not an answer of the authority"),
        ("site.yaml", b"sites: prato\n", "site.yaml has errors: "),
        ("nothing", b"", "not enrolled: put the file invitation.json"),
    ],
)
def test_what_is_wrong_is_told_on_the_partition(pi: Pi, name: str, content: bytes, told: str) -> None:
    (pi.bundle / name).write_bytes(content)
    with pytest.raises(FirstBootError):
        pi.boot()
    english, _, italian = (pi.bundle / "status.txt").read_text().rstrip("\n").partition("\n\n")
    assert english.startswith(told)
    assert italian
    assert not pi.identity.is_enrolled


def test_a_fifo_in_the_place_of_a_file_does_not_stop_the_boot(pi: Pi) -> None:
    os.mkfifo(pi.bundle / "invitation.json")
    with pytest.raises(FirstBootError, match="not a regular file"):
        pi.boot()


def test_an_invitation_for_another_gateway_is_refused(pi: Pi, authority: Authority) -> None:
    pi.invite(authority)
    (pi.bundle / "site.yaml").write_text(SITE.replace("gw-1", "gw-2"))
    with pytest.raises(FirstBootError, match="this is for prato-citelum-gw-1, but the site file is that of prato-citelum-gw-2"):
        pi.boot()


def test_an_answer_of_another_authority_is_refused(pi: Pi, authority: Authority, tmp_path: Path) -> None:
    pi.invite(authority)
    pi.boot()
    foreign = Authority.create(tmp_path / "foreign", "Another", clock.now_ms())
    request = parse((pi.bundle / "request.json").read_bytes())
    assert isinstance(request, EnrolmentRequest)
    foreign.invite(USER, clock.now_ms(), 7)
    certificate = foreign.certify(request.request.encode(), USER, clock.now_ms(), 90)
    from gateway.trust.enrolment import EnrolmentAnswer

    forged = EnrolmentAnswer(USER, certificate.decode(), foreign.certificate.decode())
    (pi.bundle / "answer.json").write_bytes(file_of(forged))
    with pytest.raises(FirstBootError, match="not from the authority that invited"):
        pi.boot()


def test_the_status_is_written_only_when_it_changes(pi: Pi, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    pi.invite(authority)
    pi.boot()
    monkeypatch.setattr(first_boot, "write_whole", None)
    pi.boot()
