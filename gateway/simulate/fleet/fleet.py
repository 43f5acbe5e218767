"""A fleet of simulated gateways: real batches over real MQTT, resent by the uplink's own rules."""

import asyncio
from collections.abc import Callable

from gateway.simulate.fleet.gateway import FleetGateway
from gateway.simulate.fleet.plan import FleetPlan, FleetReport, ServedBatch

_TICK_S = 0.1


class Fleet:
    """The gateways of one process; `report` is called about once a second, `served` with what was read for each batch."""

    def __init__(self, plan: FleetPlan, report: Callable[[FleetReport], None], served: Callable[[ServedBatch], None] | None = None) -> None:
        self._plan, self._send_report = plan, report
        self._report = FleetReport(passed_s=0.0, connected=0)
        loop = asyncio.get_running_loop()
        self._started_s = loop.time()
        self._gateways = [FleetGateway(plan, plan.first + number, self._report, loop.time, served) for number in range(plan.gateways)]
        self._outage_until_s = 0.0
        self._storms_s = sorted(plan.storms_s)

    async def run(self) -> None:
        """Connect over the ramp, read and send for as long as the plan says, wait for the last receipts, and end."""
        loop = asyncio.get_running_loop()
        report_due_s, upkeep_due_s, ends_s = 1.0, 1.0, self._plan.ramp_s + self._plan.seconds
        while True:
            passed_s = loop.time() - self._started_s
            self._connect(passed_s)
            self._storm(passed_s)
            if passed_s < ends_s:
                self._flush(passed_s)
            if passed_s >= upkeep_due_s:
                upkeep_due_s = passed_s + 1.0
                for gateway in self._gateways:
                    gateway.upkeep()
            unconfirmed = sum(gateway.unconfirmed for gateway in self._gateways)
            done = passed_s >= ends_s and (not unconfirmed or passed_s >= ends_s + self._plan.drain_s)
            if passed_s >= report_due_s or done:
                report_due_s = passed_s + 1.0
                self._publish_report(passed_s, unconfirmed, done=done)
            if done:
                break
            await asyncio.sleep(_TICK_S)
        for gateway in self._gateways:
            gateway.client.close()

    def _connect(self, passed_s: float) -> None:
        """Connect the gateways whose turn it is: spread over the ramp at first, all at once after a storm."""
        if passed_s < self._outage_until_s:
            return
        share = min(1.0, passed_s / self._plan.ramp_s)
        for gateway in self._gateways[: int(len(self._gateways) * share)]:
            if not gateway.client.connected and not gateway.client.connecting:
                gateway.client.connect()

    def _storm(self, passed_s: float) -> None:
        if self._storms_s and passed_s >= self._plan.ramp_s + self._storms_s[0]:
            self._storms_s.pop(0)
            self._outage_until_s = passed_s + self._plan.outage_s
            for gateway in self._gateways:
                gateway.client.cut()

    def _flush(self, passed_s: float) -> None:
        for gateway in self._gateways:
            if passed_s >= gateway.flush_due_s:
                gateway.flush_due_s += self._plan.flush_s
                gateway.flush()

    def _publish_report(self, passed_s: float, unconfirmed: int, *, done: bool) -> None:
        report = self._report
        report.passed_s, report.unconfirmed, report.done = round(passed_s, 1), unconfirmed, done
        report.connected = sum(gateway.client.connected for gateway in self._gateways)
        self._send_report(report)
        report.latencies_s = []
