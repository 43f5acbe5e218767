"""What the API reads and does, without HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.centre.situation.present import PresentSituations
from gateway.centre.situation.service import SituationService
from gateway.centre.situation.sqlite import SqliteSituations
from gateway.situation.lifecycle.actions import AddComment, Publish, Update
from gateway.web.situation import views as module
from gateway.web.situation.callers import Caller
from gateway.web.situation.problem import ApiProblem
from gateway.web.situation.queries import SituationFilter
from gateway.web.situation.views import WantedAction, act, history, page, published, updated
from tests.situation.examples import COMUNE, NOW_MS, ROME, VIA_ROMA, accident, feature, works
from tests.web.situation.served import ROOM_RULES

EVERYTHING = SituationFilter((), (), None, None, None, None, None, "include")
PUBLIACQUA, CITELUM = (Caller(name, "office", True, lambda: True) for name in ("publiacqua", "citelum"))


@pytest.fixture
def service(tmp_path: Path) -> Iterator[SituationService]:
    found = SituationService(SqliteSituations(tmp_path / "situations.sqlite"), ROOM_RULES)
    yield found
    found.close()


def publish(service: SituationService, name: str) -> None:
    service.do(name, Publish(id=name, content=works(), geometry=VIA_ROMA), PUBLIACQUA.actor, NOW_MS)


def test_a_page_ends_at_its_limit_and_has_a_cursor_only_if_there_is_more(service: SituationService) -> None:
    present = PresentSituations(ROME)
    for name in "abc":
        publish(service, name)
    first = page(service, present, "citelum", EVERYTHING, "", 2)
    assert ([one.id for one in first.items], first.cursor) == (["a", "b"], "b")
    publish(service, "d")
    rest = page(service, present, "citelum", EVERYTHING, "b", 2)
    assert ([one.id for one in rest.items], rest.cursor) == (["c", "d"], None)
    assert page(service, present, "cap", EVERYTHING, "", 2) == ([], None)
    assert page(service, present, None, EVERYTHING, "", 2) == ([], None)


def test_a_page_of_large_situations_has_fewer(service: SituationService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PAGE_BYTES", 700)
    for name in "abc":
        publish(service, name)
    found = page(service, PresentSituations(ROME), "citelum", EVERYTHING, "", 10)
    assert ([one.id for one in found.items], found.cursor) == (["a", "b"], "b")


def test_a_name_that_is_made_is_the_same_for_the_same_request() -> None:
    one, again, other, none, free = (published(feature(works()), PUBLIACQUA, key) for key in ("1", "1", "2", None, None))
    assert one.situation == again.situation
    assert len({one.situation, other.situation, none.situation, free.situation}) == 4
    assert published(feature(works()), CITELUM, "1").situation != one.situation
    assert one.situation.startswith("publiacqua-")


@pytest.mark.parametrize(
    ("header", "said", "versions"), [({3}, None, {3}), ({3}, 3, {3}), ({3}, 2, set()), (None, 2, {2}), (None, None, None), ({1, 2}, 2, {2})]
)
def test_an_update_is_based_on_what_both_the_header_and_the_document_say(
    header: set[int] | None, said: int | None, versions: set[int] | None
) -> None:
    draft = feature(works()) if said is None else feature(works(), version=said)
    assert updated(draft, "scavo-1", header, None).versions == versions


def test_an_update_that_others_were_faster_than_is_refused_also_after_the_check(service: SituationService) -> None:
    publish(service, "scavo-1")
    update = WantedAction("scavo-1", Update(content=works(severity="high"), geometry=VIA_ROMA, version=0), "7", frozenset({1}))
    assert act(service, update, PUBLIACQUA, NOW_MS).seen.properties.version == 2
    assert act(service, update, PUBLIACQUA, NOW_MS).seen.properties.version == 2, "the same request again"
    with pytest.raises(ApiProblem) as refused:
        act(service, update._replace(request="8"), PUBLIACQUA, NOW_MS)
    assert refused.value.status_code == 412


def test_the_history_has_no_people_of_others(service: SituationService) -> None:
    publish(service, "scavo-1")
    act(service, WantedAction("scavo-1", AddComment("testo"), None), CITELUM, NOW_MS)
    own = [one.person for one in history(service, "scavo-1", PUBLIACQUA, 0, 10).items]
    assert own[0] == "office"
    assert own[1] != "office"
    assert accident().audience.public


def test_nobody_learns_of_a_hidden_situation_by_trying_its_name(service: SituationService) -> None:
    hidden, free = "comune-segreto", "comune-libero"
    service.do(hidden, Publish(id=hidden, content=works(audience={}), geometry=VIA_ROMA), COMUNE, NOW_MS)
    said = []
    for name in (hidden, free):
        wanted = WantedAction(name, Publish(id=name, content=works(), geometry=VIA_ROMA), None)
        with pytest.raises(ApiProblem) as refused:
            act(service, wanted, CITELUM, NOW_MS)
        said.append((refused.value.status_code, refused.value.text))
    assert said[0] == said[1]
    assert said[0][0] == 422
    assert "citelum-" in said[0][1].en
