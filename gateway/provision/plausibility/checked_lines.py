"""What a check of several lines says about their devices together: the values that it read, judged against each other."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from gateway.model.batch import Value
from gateway.model.site.lines import LineSettings
from gateway.provision.diagnosis.cause import Cause
from gateway.provision.diagnosis.line_check import LineVerdict
from gateway.provision.plausibility.latest_values import DeviceReading
from gateway.provision.plausibility.site_values import judge_together


class CheckedLine(NamedTuple):
    """What a check of a line found, and when its devices were read."""

    verdict: LineVerdict
    t_ms: int


def judge_checked(lines: Sequence[LineSettings], checked: Iterable[CheckedLine]) -> list[Cause]:
    """Return what does not fit between several of the devices that were checked."""
    return judge_together(lines, [reading for one in checked for reading in _readings(one)])


def _readings(checked: CheckedLine) -> Iterator[DeviceReading]:
    """Yield what was read of each device about each asset: the good values."""
    for device in checked.verdict.devices:
        fields: defaultdict[tuple[str, str], dict[str, Value]] = defaultdict(dict)
        for one in device.values:
            if one.value is not None and not one.quality.startswith("Bad"):
                fields[one.asset, one.measurement][one.field] = one.value
        for (asset, measurement), values in fields.items():
            yield DeviceReading(device.device, asset, measurement, checked.t_ms, values)
