"""What the wall of an organisation shows."""

from typing import Any

from tests.web.situation.pages.story import StoryRoom
from tests.web.situation.pages.visitor import visitor


def board(room: StoryRoom, name: str) -> dict[str, Any]:
    with visitor(room, name).events() as events:
        found: dict[str, Any] = events.next("board")
        return found


def items(room: StoryRoom, name: str) -> dict[str, Any]:
    return {one["feature"]["id"]: one for one in board(room, name)["items"]}


def test_a_board_says_whose_it_is_and_who_takes_part(story: StoryRoom) -> None:
    found = board(story, "luca@comune")
    assert (found["organisation"], found["may_act"], found["zone"]) == ("comune", True, "Europe/Rome")
    assert found["organisations"]["comune"] == {"title": "Comune di Prato", "authority": True}
    assert found["now_ms"] == story.now_ms


def test_an_authority_is_asked_until_a_time_and_others_see_that(story: StoryRoom) -> None:
    asked = items(story, "luca@comune")["publiacqua-allaccio-strozzi"]
    assert [(one["organisation"], one["about"]) for one in asked["questions"]] == [("comune", "proposal")]
    assert asked["questions"][0]["due_ms"] > story.now_ms
    assert asked["can"] == ["acknowledge"]


def test_each_organisation_can_do_what_the_rules_let_it_do(story: StoryRoom) -> None:
    own = items(story, "anna@publiacqua")
    assert own["publiacqua-condotta-roma"]["can"] == ["end", "cancel"]
    assert own["publiacqua-allaccio-strozzi"]["can"] == ["cancel"]
    assert items(story, "luca@comune")["comune-mercato"]["can"] == ["confirm", "begin", "cancel"]


def test_an_answer_counts_until_the_content_changes(story: StoryRoom) -> None:
    before = items(story, "sala@comune")["citelum-quadro-ferrucci"]  # its acceptance made it planned
    assert (before["feature"]["properties"]["version"], before.get("content_version", 1)) == (2, 1)
    story.publish(
        "citelum",
        "citelum-pali-strozzi",
        "Via Strozzi",
        kind="traffic",
        headline={"it": "Pali"},
        timing={"planned_start": "2026-12-01"},
        traffic={"type": "other"},
    )
    story.answer("comune", "citelum-pali-strozzi", "seen")
    said = story.ask("GET", "/v1/situations/citelum-pali-strozzi", authorization=story.token("citelum"))
    changed = said.json | {
        "properties": {
            name: value for name, value in said.json["properties"].items() if name in ("kind", "timing", "traffic", "audience", "location")
        }
        | {"headline": {"it": "Altri pali"}}
    }
    assert (
        story.ask(
            "PUT", "/v1/situations/citelum-pali-strozzi", changed, authorization=story.token("citelum"), if_match=said.headers["etag"]
        ).status
        == 200
    )
    assert items(story, "sala@comune")["citelum-pali-strozzi"]["content_version"] == 2


def test_readers_can_do_nothing(story: StoryRoom) -> None:
    assert [one for one in items(story, "sala@comune").values() if one.get("can")] == []
    assert board(story, "sala@comune")["may_act"] is False


def test_conflicts_are_on_both_sides(story: StoryRoom) -> None:
    found = items(story, "sala@comune")
    assert [one["id"] for one in found["publiacqua-condotta-roma"]["conflicts"]] == ["citelum-pali-roma"]
    assert [one["id"] for one in found["citelum-pali-roma"]["conflicts"]] == ["publiacqua-condotta-roma"]
    assert "street" in found["citelum-pali-roma"]["conflicts"][0]["grounds"]


def test_who_is_not_in_the_audience_sees_what_the_public_sees(story: StoryRoom) -> None:
    own, other = items(story, "anna@publiacqua")["publiacqua-condotta-roma"], items(story, "piero@citelum")["publiacqua-condotta-roma"]
    assert own["feature"]["properties"]["internal"]["contact"] == "Ufficio lavori, 0574 1234"
    assert (own["is_whole"], other.get("is_whole")) == (True, None)
    assert "internal" not in other["feature"]["properties"]
    assert "acknowledgements" not in other["feature"]["properties"]


def test_what_is_over_is_shown_for_a_day(story: StoryRoom) -> None:
    story.publish(
        "comune",
        "comune-prova",
        "Via Strozzi",
        kind="traffic",
        headline={"it": "Prova"},
        timing={"planned_start": "2026-12-01T08:00:00+01:00"},
        traffic={"type": "other"},
    )
    story.do("comune", "comune-prova", "end")
    assert items(story, "sala@comune")["comune-prova"]["feature"]["properties"]["state"] == "ended"
    before = story.now_ms
    try:
        story.later(24 * 60 + 1)
        assert "comune-prova" not in items(story, "sala@comune")
    finally:
        story.now_ms = before
