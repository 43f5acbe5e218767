"""Sessions end when they must, and passwords match their hash alone."""

import pytest

from gateway.web.sessions import Sessions, cookie_name, hash_password, password_matches, set_cookie

STORED = hash_password("correct horse")


def test_a_password_matches_its_own_hash_and_no_other_password_does() -> None:
    assert password_matches("correct horse", STORED)
    assert not password_matches("correct horsf", STORED)
    assert not password_matches("", STORED)


def test_a_password_outside_of_ascii_matches() -> None:
    assert password_matches("perché no €", hash_password("perché no €"))


def test_the_same_password_has_another_hash_each_time() -> None:
    assert hash_password("correct horse") != STORED
    assert "correct" not in STORED


def test_a_hash_of_other_parameters_is_checked_with_those() -> None:
    """RFC 7914, section 12: P = "password", S = "NaCl", N = 1024, r = 8, p = 16."""
    key = ("fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
           "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")  # fmt: skip
    assert password_matches("password", f"scrypt$1024$8$16${b'NaCl'.hex()}${key}")
    assert not password_matches("passwort", f"scrypt$1024$8$16${b'NaCl'.hex()}${key}")


@pytest.mark.parametrize("stored", ["", "secret", "md5$1$2$3$aa$bb", "scrypt$16384$8$1$00", "scrypt$x$8$1$00$" + "00" * 32,
                                    "scrypt$16384$8$1$zz$" + "00" * 32, "scrypt$16384$8$1$00$", "scrypt$16384$8$1$00$00",
                                    "scrypt$1073741824$8$1$00$" + "00" * 32])  # fmt: skip
def test_a_stored_text_that_is_not_a_hash_is_an_error_and_never_a_match(stored: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 — of several kinds; what counts is that it is no answer
        password_matches("", stored)


def test_a_session_belongs_to_its_user_until_it_is_closed() -> None:
    sessions = Sessions()
    anna, bruno = sessions.open("anna", 0.0), sessions.open("bruno", 0.0)
    assert (sessions.user_of(anna, 1.0), sessions.user_of(bruno, 1.0)) == ("anna", "bruno")
    sessions.close(anna)
    sessions.close(anna)
    assert (sessions.user_of(anna, 1.0), sessions.user_of(bruno, 1.0)) == (None, "bruno")


@pytest.mark.parametrize("session_id", [None, "", "unknown"])
def test_an_unknown_id_is_nobodys(session_id: str | None) -> None:
    sessions = Sessions()
    sessions.open("anna", 0.0)
    assert sessions.user_of(session_id, 0.0) is None
    assert len(sessions) == 1


def test_a_session_ends_when_it_is_idle_and_goes_on_while_it_is_used() -> None:
    sessions = Sessions(idle_s=100.0, absolute_s=1000.0)
    used, idle = sessions.open("anna", 0.0), sessions.open("anna", 0.0)
    assert sessions.user_of(used, 99.0) == "anna"
    assert sessions.user_of(idle, 100.0) is None
    assert sessions.user_of(used, 198.0) == "anna"
    assert sessions.user_of(used, 298.0) is None
    assert len(sessions) == 0


def test_a_session_ends_however_much_it_is_used() -> None:
    sessions = Sessions(idle_s=100.0, absolute_s=250.0)
    session_id = sessions.open("anna", 0.0)
    assert [sessions.user_of(session_id, now_s) for now_s in (90.0, 180.0, 249.0, 250.0, 251.0)] == ["anna", "anna", "anna", None, None]


def test_one_session_more_than_fit_ends_the_one_that_was_idle_longest() -> None:
    sessions = Sessions(most=2)
    first, second = sessions.open("anna", 0.0), sessions.open("bruno", 1.0)
    sessions.user_of(first, 2.0)
    third = sessions.open("carla", 3.0)
    assert [sessions.user_of(one, 4.0) for one in (first, second, third)] == ["anna", None, "carla"]


def test_expired_sessions_are_removed_when_another_is_opened() -> None:
    sessions = Sessions(idle_s=10.0)
    for _ in range(5):
        sessions.open("anna", 0.0)
    sessions.open("bruno", 20.0)
    assert len(sessions) == 1


def test_every_session_of_a_user_can_be_ended() -> None:
    sessions = Sessions()
    one, two, other = (sessions.open(user, 0.0) for user in ("anna", "anna", "bruno"))
    sessions.close_all_of("anna")
    assert [sessions.user_of(session_id, 0.0) for session_id in (one, two, other)] == [None, None, "bruno"]


def test_ids_can_not_be_guessed_and_are_never_reused() -> None:
    sessions = Sessions()
    ids = {sessions.open("anna", 0.0) for _ in range(100)}
    assert len(ids) == 100
    assert all(len(session_id) >= 43 for session_id in ids)


def test_the_cookie_is_kept_from_scripts_and_other_sites_and_from_plain_http_where_there_is_tls() -> None:
    assert set_cookie("abc", tls=False) == "session=abc; Path=/; HttpOnly; SameSite=Strict"
    assert set_cookie("abc", tls=True) == "__Host-session=abc; Path=/; HttpOnly; SameSite=Strict; Secure"
    assert set_cookie("", tls=True).endswith("; Max-Age=0")
    assert cookie_name(tls=True) == "__Host-session"
