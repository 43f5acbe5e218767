"""How well a device answers, where no gateway has polled it in the last minutes: it is read a few times."""

import logging

from firmware_tools.flash.preparation.checks import Circumstances
from gateway.fieldbus.binding.bound_device import BoundDevice
from gateway.fieldbus.line.driver_port import read_once
from gateway.fieldbus.line.guarded_driver import DriverFault
from gateway.fieldbus.line_factory import lone_driver
from gateway.fieldbus.wire.port import WireError
from gateway.host import clock
from gateway.model.site.lines import LineSettings

log = logging.getLogger(__name__)

_REQUESTS, _READS_MOST = 20, 10


async def survey(line: LineSettings, device: BoundDevice) -> Circumstances:
    """Read a device a few times on a line that nobody else uses, and return how many of the requests failed."""
    driver = lone_driver(line, device, clock.now_ms)
    try:
        for _ in range(_READS_MOST):
            await read_once(driver, device)
            if driver.counters(device.id).sent >= _REQUESTS:
                break
    except (WireError, DriverFault) as error:
        log.warning("%s could not be read before its update: %s", device.id, error)
    finally:
        driver.close()
    counters = driver.counters(device.id)
    return Circumstances(requests=counters.sent, errors=counters.timeouts + counters.crc_errors)
