"""The enrolment of a running gateway, with a real authority."""

from pathlib import Path

import msgspec
import pytest

from gateway.edge.services.enrolment import LocalEnrolment
from gateway.edge.services.parts import GatewayParts
from gateway.host import clock
from gateway.staging.configuration import Configuration
from gateway.trust.authority import Authority
from gateway.trust.enrolment import EnrolmentRequest, Invitation, file_of, parse
from gateway.trust.identity import IDENTITY
from gateway.web.json_api import ApiError
from tests.edge.edges import edge_in, site_in

USER = "prato-citelum-gw-1"


class Enrolling:
    """A gateway that is not enrolled, beside the authority of its site. Its broker needs TLS unless `plain`."""

    def __init__(self, folder: Path, *, plain: bool = False) -> None:
        site_in(folder)
        file = folder / "site.yaml"
        self.parts: GatewayParts = edge_in(folder)._parts()
        broker = "mqtt://127.0.0.1:9" if plain else "mqtts://broker.example:8883"
        file.write_text(file.read_text().replace("mqtt://127.0.0.1:9", broker).replace("counting", "eastron_sdm630"))
        self.parts = self.parts._replace(site=self.parts.site._replace(state=folder / "state", file=file))
        self.configuration = Configuration(file, folder / "state")
        self.service = LocalEnrolment(lambda: self.parts, self.configuration)
        self.authority = Authority.create(folder / "authority", "Prato", clock.now_ms())

    def invitation(self, user: str = USER) -> Invitation:
        return self.authority.invite(user, clock.now_ms(), 7)

    async def answer(self) -> bytes:
        request = parse(await self.service.request())
        assert isinstance(request, EnrolmentRequest)
        return file_of(self.authority.answer(request, clock.now_ms(), 90))


@pytest.fixture
async def enrolling(tmp_path: Path) -> Enrolling:
    return Enrolling(tmp_path)


async def test_a_typed_code_makes_a_request_whose_answer_enrols_and_stages_the_files(enrolling: Enrolling) -> None:
    assert (await enrolling.service.view()).state == "none"
    code = enrolling.invitation().code
    begun = await enrolling.service.begin(code.lower().replace("-", " "))
    assert (begun.user, begun.state) == (USER, "waiting")
    done = await enrolling.service.accept(await enrolling.answer())
    assert (done.state, done.in_use, done.staged) == ("enrolled", False, True)
    assert done.ends_ms is not None
    assert done.ends_ms > clock.now_ms()
    staged = enrolling.configuration.ledger.staged
    assert staged is not None
    assert f"cert: {enrolling.parts.site.state.absolute()}/identity/{IDENTITY}" in enrolling.configuration.store.text(staged.hash)


async def test_the_file_of_an_invitation_does_the_same_and_no_answer_has_the_key(enrolling: Enrolling) -> None:
    assert (await enrolling.service.accept(file_of(enrolling.invitation()))).state == "waiting"
    assert b"PRIVATE" not in await enrolling.service.request()


async def test_a_broker_without_tls_leaves_the_site_file_to_a_person(tmp_path: Path) -> None:
    enrolling = Enrolling(tmp_path, plain=True)
    await enrolling.service.begin(enrolling.invitation().code)
    done = await enrolling.service.accept(await enrolling.answer())
    assert (done.state, done.staged, enrolling.configuration.ledger.staged) == ("enrolled", False, None)


async def test_what_is_not_for_this_gateway_is_refused_and_leaves_no_key(enrolling: Enrolling) -> None:
    refused: list[tuple[bytes, int]] = [
        (b"{}", 400),
        (msgspec.json.encode(EnrolmentRequest(USER, "x")), 400),
        (file_of(enrolling.invitation("prato-citelum-gw-9")), 409),
    ]
    for content, status in refused:
        with pytest.raises(ApiError) as error:
            await enrolling.service.accept(content)
        assert (error.value.status_code, error.value.it == str(error.value.detail)) == (status, False)
    with pytest.raises(ApiError, match="this is no code"):
        await enrolling.service.begin("1234")
    with pytest.raises(ApiError, match="no request"):
        await enrolling.service.request()
    assert (await enrolling.service.view()).state == "none"
    assert not (enrolling.parts.site.state / "identity").exists()
