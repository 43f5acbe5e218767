"""A cause of what is seen: what is wrong, what to do, how certain that is, and what tells it from similar ones. Pure."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Literal

import msgspec

from gateway.provision.findings import Sentence

Certainty = Literal["certain", "likely", "possible"]

_RANK: dict[Certainty, int] = {"certain": 0, "likely": 1, "possible": 2}


class CauseKind(StrEnum):
    """What can be wrong. On a line, those whose traces cover those of others come first."""

    SECOND_MASTER = "second_master"
    ECHO = "echo"
    SWAPPED_WIRES = "swapped_wires"
    NOISE = "noise"
    REFLECTIONS = "reflections"
    BUS_TOO_LONG = "bus_too_long"
    DUPLICATE_UNIT = "duplicate_unit"
    WRONG_PARITY = "wrong_parity"
    WRONG_BAUD = "wrong_baud"
    OTHER_ADDRESS = "other_address"
    NO_POWER = "no_power"
    WRONG_PROFILE = "wrong_profile"
    WORD_ORDER = "word_order"
    NO_VOLTAGE = "no_voltage"
    NEUTRAL = "neutral"
    UNITS = "units"
    RATIO = "ratio"
    VOLTAGE_RANGE = "voltage_range"
    FREQUENCY = "frequency"
    CT_TURNED = "ct_turned"
    ALL_CTS_TURNED = "all_cts_turned"
    CT_DEAD = "ct_dead"
    CT_CROSSED = "ct_crossed"
    PHASES_SWAPPED = "phases_swapped"
    PHASE_ORDER = "phase_order"
    SUMS = "sums"
    POWER_FACTOR = "power_factor"
    METERS_DISAGREE = "meters_disagree"
    METERS_SWAPPED = "meters_swapped"
    LAMPS_ABOVE_PANEL = "lamps_above_panel"
    SENSORS_DISAGREE = "sensors_disagree"


class Cause(msgspec.Struct, frozen=True, kw_only=True):
    """One cause.

    Args:
        kind: what is wrong, for programs.
        certainty: how certain that is.
        where: the device, or the line.
        sentence: what is wrong.
        todo: what to do about it.
        apart: what tells it from its neighbours.
        reasons: what was seen.
    """

    kind: CauseKind
    certainty: Certainty
    where: str
    sentence: Sentence
    todo: Sentence
    apart: Sentence
    reasons: list[Sentence] = []


def ranked(causes: Iterable[Cause]) -> list[Cause]:
    """Return causes with the most certain first; among equals, in the order of `CauseKind`."""
    kinds = list(CauseKind)
    return sorted(causes, key=lambda one: (_RANK[one.certainty], kinds.index(one.kind)))


def listed(numbers: Sequence[int]) -> str:
    """Return phases as technicians write them: `L1, L3`."""
    return ", ".join(f"L{number}" for number in numbers)
