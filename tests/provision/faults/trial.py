"""One trial: a fault is injected, the line is checked as by `gateway provision check`, and the first cause is compared."""

from typing import NamedTuple

from gateway.fieldbus.binding.binder import Binder
from gateway.fieldbus.line_factory import bound_devices
from gateway.host import clock
from gateway.provision.diagnosis.line_check import LineVerdict, check_line
from gateway.provision.diagnosis.survey import SurveyTerms
from tests.provision.faults.catalogue import Fault
from tests.provision.products import LIBRARY, PROFILES

TERMS = SurveyTerms(listen_s=3.0, reaction_s=0.3)
"""Devices get more time than by default: both ends share one busy machine."""


class Trial(NamedTuple):
    """What was named, the likeliest first, and what was injected."""

    name: str
    injected: str
    expected: str | None
    named: list[str]
    first: str | None
    certainty: str
    sentence: str
    right: bool


async def verdict_of(fault: Fault) -> LineVerdict:
    """Inject a fault, and check the line."""
    async with fault.line() as line:
        profiles = {one.profile: LIBRARY.get(one.profile) for one in line.devices}
        return await check_line(line, bound_devices(line, Binder({}), profiles), PROFILES, TERMS, clock.now_ms)


async def attempt(fault: Fault) -> Trial:
    """Inject a fault, and compare what is named first."""
    causes = (await verdict_of(fault)).causes
    first = causes[0] if causes else None
    named = [f"{one.kind.value} ({one.certainty}, {one.where})" for one in causes]
    return Trial(
        fault.name, fault.injected, fault.expected.value if fault.expected else None, named,
        first.kind.value if first else None, first.certainty if first else "", first.sentence.en if first else "",
        right=(first.kind if first else None) == fault.expected,
    )  # fmt: skip
