"""The words of an e-mail."""

import pytest

from gateway.alarms.details import plain
from gateway.alarms.notification.mail_text import MOST_LISTED, mail_text
from gateway.alarms.notification.notice import Notice, NoticeReason, Notification
from gateway.alarms.state import AlarmKey
from gateway.model.messages import AlarmText

SINCE_MS = 1_795_820_400_000
"""2026-11-27T23:00:00Z"""


def notice(reason: NoticeReason = NoticeReason.RAISED, kind: str = "panel_outage", asset: str = "qe-1", detail: str = "") -> Notice:
    ended_ms = SINCE_MS + 3_600_000 if reason is NoticeReason.ENDED else None
    return Notice(reason, AlarmKey("citelum", asset, kind, ""), SINCE_MS, plain(detail), ended_ms)


def subject(*notices: Notice, language: str = "en") -> str:
    return mail_text(Notification("room", SINCE_MS, list(notices)), "prato", language, "Europe/Rome").subject  # type: ignore[arg-type]


def body(*notices: Notice, language: str = "en") -> str:
    return mail_text(Notification("room", SINCE_MS, list(notices)), "prato", language, "Europe/Rome").body  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("reason", "english", "italian"),
    [
        (NoticeReason.RAISED, "[prato] Panel dark: qe-1", "[prato] Quadro spento: qe-1"),
        (NoticeReason.ESCALATED, "[prato] Not acknowledged: Panel dark: qe-1", "[prato] Non riconosciuto: Quadro spento: qe-1"),
        (NoticeReason.REMINDER, "[prato] Still active: Panel dark: qe-1", "[prato] Ancora attivo: Quadro spento: qe-1"),
        (NoticeReason.ENDED, "[prato] Over: Panel dark: qe-1", "[prato] Terminato: Quadro spento: qe-1"),
    ],
)
def test_the_subject_of_one_alarm_names_it_and_says_why(reason: NoticeReason, english: str, italian: str) -> None:
    assert subject(notice(reason)) == english
    assert subject(notice(reason), language="it") == italian


def test_the_subject_of_many_counts_them_and_begins_with_the_most_urgent() -> None:
    lamps = [notice(kind="lamp_failed", asset=f"pl-{n}") for n in range(198)]
    assert subject(*lamps, notice(), notice(asset="qe-2")) == "[prato] 200 alarms, 2 critical: Panel dark (2), Lamp failed (198)"


def test_the_subject_says_if_all_of_them_are_over() -> None:
    ended = [notice(NoticeReason.ENDED), notice(NoticeReason.ENDED, asset="qe-2")]
    assert subject(*ended) == "[prato] 2 alarms are over: Panel dark (2)"
    assert subject(*ended, notice(kind="lamp_failed"), language="it") == "[prato] 1 allarme: Lampada guasta (1)"


def test_the_text_says_what_it_means_what_to_do_and_where_since_when_in_local_time() -> None:
    found = body(notice(detail="0 W"))
    assert "CRITICAL · Panel dark (1)" in found
    assert "What to do first: send the lighting operator" in found
    assert "  - qe-1 (citelum) since 2026-11-28 00:00, 0 W\n" in found
    assert "gateway alarms ack" in found


def test_the_text_in_italian_has_no_english_words() -> None:
    found = body(notice(), notice(NoticeReason.ENDED, asset="qe-2"), language="it")
    assert "CRITICO · Quadro spento (1)" in found
    assert "  - qe-2 (citelum) dal 2026-11-28 00:00 al 2026-11-28 01:00\n" in found
    assert not {"since", "Over", "alarm", "What"} & set(found.split())


def test_an_alarm_of_a_device_is_called_as_the_device_calls_it() -> None:
    own = Notice(
        NoticeReason.RAISED,
        AlarmKey("citelum", "qe-1", "device_alarm", ""),
        SINCE_MS,
        plain("ups-1"),
        None,
        AlarmText("on battery", "a batteria"),
    )
    assert subject(own, language="it") == "[prato] a batteria: qe-1"
    assert "since 2026-11-28 00:00, on battery, ups-1\n" in body(own)


def test_what_is_over_needs_no_advice() -> None:
    found = body(notice(NoticeReason.ENDED))
    assert "What to do first" not in found
    assert "gateway alarms ack" not in found


def test_of_many_alarms_of_one_kind_some_are_listed_and_the_others_counted() -> None:
    found = body(*(notice(kind="lamp_failed", asset=f"pl-{n}") for n in range(MOST_LISTED + 7)))
    assert found.count("  - pl-") == MOST_LISTED
    assert "and 7 more" in found


def test_what_a_device_sent_begins_no_line_of_its_own() -> None:
    text = mail_text(Notification("room", SINCE_MS, [notice(asset="qe\r\nBcc: x", detail="1\n2")]), "prato", "en", "UTC")
    assert "\n" not in text.subject
    assert "\r" not in text.subject
    assert "\nBcc" not in text.body
    assert "1 2" in text.body


def test_a_test_says_that_nothing_is_wrong() -> None:
    assert subject() == "[prato] Test of the notifications"
    assert "non c'è nessun guasto" in body(language="it")
