"""What operators do with alarms on the page."""

from pathlib import Path
from typing import Any

import pytest

from gateway.alarms.details import plain
from gateway.alarms.state import Action, AlarmKey, Transition
from gateway.host.threads import OneThread
from gateway.web.operator.alarm_desk import AlarmsUnavailable
from gateway.web.operator.alarm_routes import alarm_routes
from tests.web.asgi import Answer
from tests.web.operator.logins import ANNA, BRUNO, Browser, GuardedPage, content, users_of_a_page
from tests.web.operator.test_board import T

KEY = AlarmKey("citelum", "qe-1", "panel_outage", "lighting_meter d")
ACK = {**KEY._asdict(), "verb": "ack", "comment": " team on the way "}


class Asked:
    """The alarms of a centre, which record what they are asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Action, int]] = []
        self.followed: int | None = T
        self.failure = ""

    def ask(self, action: Action, at_ms: int) -> None:
        self._fail()
        self.asked.append((action, at_ms))

    def log(self, newest: int) -> list[Transition]:
        self._fail()
        return [
            Transition(1, KEY, "raised", None, plain("0 W")),
            Transition(2, KEY._replace(kind="of_another_version"), "raised"),
            Transition(3, KEY, "acknowledged", "anna", plain("team on the way")),
            Transition(4, KEY, "hidden", None, plain("gateway_silent gw-1")),
        ]

    def followed_ms(self) -> int | None:
        self._fail()
        return self.followed

    def _fail(self) -> None:
        if self.failure:
            raise AlarmsUnavailable(self.failure)


def browser(alarms: Asked, tmp_path: Path | None) -> Browser:
    """A person at a page with alarms, with users if there is a folder for them."""
    users = users_of_a_page(tmp_path) if tmp_path is not None else None
    thread = OneThread("alarms")
    return Browser(GuardedPage(users, None, lambda login: alarm_routes(alarms, thread, login, lambda: T)))


async def do(alarms: Asked, tmp_path: Path | None, deed: dict[str, Any], name: str = "anna") -> Answer:
    person = browser(alarms, tmp_path)
    if tmp_path is not None:
        assert (await person.log_in(name, ANNA if name == "anna" else BRUNO)).status == 200
    else:
        person.csrf = content(await person.get("/api/session"))["csrf"]
    return await person.post("/api/alarms/actions", deed)


async def test_an_operator_acknowledges_an_alarm_with_a_comment(tmp_path: Path) -> None:
    alarms = Asked()
    assert (await do(alarms, tmp_path, ACK)).status == 202
    assert alarms.asked == [(Action(KEY, "ack", "anna", None, "team on the way"), T)]


async def test_an_alarm_is_shelved_for_a_time_and_comes_back(tmp_path: Path) -> None:
    alarms = Asked()
    assert (await do(alarms, tmp_path, {**ACK, "verb": "shelve", "for_s": 3600})).status == 202
    assert (await do(alarms, tmp_path, {**ACK, "verb": "unshelve", "comment": ""})).status == 202
    assert [(one.verb, one.until_ms, one.comment) for one, _ in alarms.asked] == [
        ("shelve", T + 3_600_000, "team on the way"),
        ("unshelve", None, ""),
    ]


async def test_a_viewer_may_only_look(tmp_path: Path) -> None:
    alarms = Asked()
    answer = await do(alarms, tmp_path, ACK, "bruno")
    assert (answer.status, answer.error) == (403, "viewers may only look; an operator may do this")
    assert alarms.asked == []


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"kind": "nothing"}, "unknown kind of alarm 'nothing'"),
        ({"verb": "shelve"}, "say for how long to shelve the alarm"),
        ({"verb": "shelve", "for_s": 5}, "the request's body is wrong"),
        ({"verb": "shelve", "for_s": 1e9}, "the request's body is wrong"),
        ({"verb": "delete"}, "the request's body is wrong"),
        ({"comment": "c" * 201}, "the request's body is wrong"),
        ({"part": "p" * 257}, "the request's body is wrong"),
    ],
)
async def test_what_is_wrong_with_a_request_is_said(tmp_path: Path, more: dict[str, Any], sentence: str) -> None:
    alarms = Asked()
    answer = await do(alarms, tmp_path, ACK | more)
    assert (answer.status, sentence in answer.error) == (400, True), answer.error
    assert alarms.asked == []


async def test_where_nobody_logs_in_a_name_is_typed() -> None:
    alarms = Asked()
    assert (await do(alarms, None, ACK)).error == "say who you are: this page has no users"
    assert (await do(alarms, None, ACK | {"by": " control room "})).status == 202
    assert [one.by for one, _ in alarms.asked] == ["control room"]


async def test_a_typed_name_does_not_count_for_one_who_has_logged_in(tmp_path: Path) -> None:
    alarms = Asked()
    assert (await do(alarms, tmp_path, ACK | {"by": "somebody else"})).status == 202
    assert [one.by for one, _ in alarms.asked] == ["anna"]


async def test_the_log_has_what_happened_last_first_with_titles_and_not_what_was_only_hidden() -> None:
    found = content(await browser(Asked(), None).get("/api/alarms/log"))["log"]
    assert [(one["at_ms"], one["change"], one["by"], one["title"]["it"]) for one in found] == [
        (3, "acknowledged", "anna", "Quadro spento"),
        (1, "raised", None, "Quadro spento"),
    ]


@pytest.mark.parametrize(("at_ms", "followed"), [(T - 30_000, True), (T - 60_000, False), (None, False)])
async def test_whether_the_centre_follows_the_alarms_is_known(at_ms: int | None, followed: bool) -> None:
    alarms = Asked()
    alarms.followed = at_ms
    assert content(await browser(alarms, None).get("/api/alarms/state")) == {"followed": followed, "since_ms": at_ms}


async def test_a_centre_on_another_machine_is_said() -> None:
    alarms = Asked()
    alarms.failure = "there is no file"
    assert content(await browser(alarms, None).get("/api/alarms/state"))["followed"] is None
    assert (await browser(alarms, None).get("/api/alarms/log")).status == 503
    answer = await do(alarms, None, ACK | {"by": "control room"})
    assert (answer.status, answer.error) == (503, "there is no file; use 'gateway alarms' on the centre's machine")
