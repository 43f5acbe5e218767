"""Requests are found in what is sent on a bus, and answered from registers."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.simulate.bootloaders.registers import Meter, RequestFinder
from gateway.simulate.devices.bus import crc
from tests.simulate.bootloaders.answers import Answers

READ = bytes.fromhex("07 03 00 02 00 02")
WRITE = bytes.fromhex("2a 10 20 00 00 02 04 01 02 03 04")


@given(st.binary(max_size=30), st.sampled_from([READ, WRITE]), st.integers(1, 40))
def test_a_request_is_found_after_noise_and_alone(noise: bytes, request: bytes, step: int) -> None:
    async def found() -> list[bytes]:
        finder = RequestFinder()
        finder.feed(noise)
        whole = request + crc(request)
        return finder.feed(whole)

    assert asyncio.run(found())[-1:] == [request]


@pytest.mark.parametrize("step", [1, 3, 5])
async def test_a_request_is_found_in_pieces(step: int) -> None:
    finder, sent = RequestFinder(), WRITE + crc(WRITE)
    found = [one for at in range(0, len(sent), step) for one in finder.feed(sent[at : at + step])]
    assert found == [WRITE]


async def test_a_meter_answers_reads_and_refuses_the_rest() -> None:
    answers = Answers(Meter(7, 9600))
    assert answers.to_request("07 03 00 02 00 02") == "07 03 04 00 02 00 03"
    assert answers.to_request("07 04 03 e7 00 02") == "07 84 02"
    assert answers.to_request("07 06 00 00 00 01") == "07 86 02"
    assert answers.to_request("07 2b 0e 01 00 00") == "07 ab 01"
    assert answers.to_request("08 03 00 02 00 02") == ""
