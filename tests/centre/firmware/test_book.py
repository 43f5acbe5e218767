"""What people want of roll-outs, and what is said about them."""

import msgspec

from firmware_tools.rollout.machine import StreetView
from firmware_tools.rollout.state import Rollout
from gateway.centre.firmware.book import RolloutBook
from gateway.centre.firmware.file import RequestVerb, RolloutRequest
from gateway.model.messages import FirmwareAnswer, FirmwareIdentification
from tests.firmware_tools.rollout.rollouts import EVENING_MS, RELEASE, rollout, street


def request(number: int, verb: RequestVerb, rollout_id: str = "", made: Rollout | None = None, body: bytes = b"") -> RolloutRequest:
    return RolloutRequest(number, verb, rollout_id, "anna", body or (b"" if made is None else msgspec.msgpack.encode(made)))


def started() -> RolloutBook:
    book = RolloutBook([])
    assert book.apply(request(7, "start", made=rollout(street(2, 1, 3))), EVENING_MS) is None
    return book


def view() -> StreetView:
    return StreetView({("citelum", "gw-0"), ("citelum", "gw-1")}, lambda _: None)


def texts(book: RolloutBook) -> list[tuple[str, str]]:
    return [(one.device, one.text.en) for one in book.news]


def test_a_roll_out_is_named_after_its_request_and_gives_orders() -> None:
    book = started()
    assert [one.id for one in book.rollouts] == ["r7"]
    assert texts(book) == [("", "started by control room")]
    given = book.step(EVENING_MS, view())
    assert {one.device.order for one in given} == {"r7-0-1", "r7-1-1"}
    assert book.changed.keys() == {"r7"}
    assert {one.name for _, one in book.in_hand()} == {one.device.name for one in given}
    assert sorted(texts(book)[1:]) == [("citelum/gw-0/d-0-0", "ordered"), ("citelum/gw-1/d-0-0", "ordered")]


def test_a_second_roll_out_to_the_same_gateway_waits_for_the_end_of_the_first() -> None:
    book = started()
    error = book.apply(request(8, "start", made=rollout(street(1, 1, 3))), EVENING_MS)
    assert error == "citelum/gw-0 is in roll-out r7, which is running; wait for its end, or abort it"
    assert book.apply(request(9, "abort", "r7"), EVENING_MS) is None
    book.step(EVENING_MS, view())
    assert book.rollouts == []
    assert book.apply(request(10, "start", made=rollout(street(1, 1, 3))), EVENING_MS) is None


def test_what_is_not_possible_is_answered_with_a_sentence() -> None:
    book = started()
    assert book.apply(request(8, "pause", "r9"), EVENING_MS) == "roll-out r9 has ended"
    assert book.apply(request(8, "resume", "r7"), EVENING_MS) == "roll-out r7 is running"
    assert "can't read the roll-out" in (book.apply(request(8, "start", body=b"\xc1"), EVENING_MS) or "")


def test_what_happens_to_a_device_is_said_once() -> None:
    book = started()
    (first, *_) = book.step(EVENING_MS, view())
    book.news.clear()
    order, name = first.device.order or "", first.device.name
    running = FirmwareAnswer(order, "running", done_bytes=5)
    assert book.hear(name, running, EVENING_MS)
    assert book.hear(name, running, EVENING_MS)
    assert book.hear(name, FirmwareAnswer(order, "succeeded", found=FirmwareIdentification("l", 1.0, version=RELEASE.version)), EVENING_MS)
    assert not book.hear(name, FirmwareAnswer("q4-0", "succeeded"), EVENING_MS)
    assert texts(book) == [(str(name), "the transfer has begun"), (str(name), "updated")]


def test_progress_is_stored_but_no_news_and_a_failure_has_its_reason() -> None:
    book = started()
    (first, *_) = book.step(EVENING_MS, view())
    order, name = first.device.order or "", first.device.name
    book.hear(name, FirmwareAnswer(order, "running", done_bytes=5), EVENING_MS)
    book.changed.clear()
    book.news.clear()
    book.hear(name, FirmwareAnswer(order, "running", done_bytes=9), EVENING_MS)
    assert list(book.changed) == ["r7"]
    assert not book.news
    book.hear(name, FirmwareAnswer(order, "failed", "image_refused", "it refused the image", "ha rifiutato l'immagine"), EVENING_MS)
    assert texts(book) == [(str(name), "failed: it refused the image")]
    book.step(EVENING_MS, view())
    assert texts(book)[-1][1].startswith("stopped by itself, canaries: 1 of 3 canaries failed")
