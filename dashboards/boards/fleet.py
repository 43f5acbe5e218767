"""The dashboard of the gateways and the centre: who is heard, what waits, what was lost, what no store took."""

from dashboards.panels import CENTRE, CHOSEN, Panel, asked, latest, over_time, panel, total

_HEALTH = "\"profile\" = 'gateway'"
"""What a gateway tells of itself; other profiles of that measurement are of its lines."""


_GATEWAY_COLUMNS = {
    "backlog_batches": "waiting", "line_load": "load %", "disk_free": "disk free %", "clock_synchronised": "clock",
    "certificate_days": "certificate d", "version": "version",
}  # fmt: skip
_WORKER_COLUMNS = {"dead_letters": "dead letters", "batches": "batches", "rejected": "rejected", "store_failures": "failed writes"}
_LOSSES = f'SELECT "asset", "readings", "reason" FROM "gap" WHERE $timeFilter AND {CHOSEN} ORDER BY time DESC LIMIT 100'  # noqa: S608 — of ours


def panels() -> list[Panel]:
    """Give the panels, in the order in which they are read."""
    return [
        panel("stat", "Gateways heard", "Gateways that told of their health in the chosen time.",
              total("gateway", 'last("uptime") AS "value"', 'count("value")', where=_HEALTH), width=6, height=4),
        panel("stat", "Batches waiting", "What the gateways have read and the centre has not confirmed.",
              total("gateway", 'last("backlog_batches") AS "value"', 'sum("value")', where=_HEALTH), width=6, height=4),
        panel("stat", "Readings lost", "Readings in recorded gaps that became known in the chosen time; 'gateway audit' says more.",
              total("gap", 'sum("readings") AS "value"', 'sum("value")'), width=6, height=4, red=1),
        panel("stat", "Dead letters", "What no store took and nobody has looked at: 'gateway dead-letters list' on the centre.",
              total("worker", 'last("dead_letters") AS "value"', 'sum("value")', whose=CENTRE), width=6, height=4, red=1),
        panel("timeseries", "Batches waiting", "By gateway; a gateway that the centre can't hear is told of when it can again.",
              over_time("gateway", 'max("backlog_batches")', where=_HEALTH)),
        panel("timeseries", "Age of batches", "How long after its first reading a batch came; backlogs are old.",
              over_time("uplink", 'max("delay")'), unit="s"),
        panel("timeseries", "Read of what was due", "By gateway and hour; what is silent, switched off or missed lacks.",
              over_time("completeness", '100 * sum("read") / sum("expected")'), unit="percent"),
        panel("timeseries", "Load of the fullest line", "Above 80 % a line has no time for a device that is slow.",
              over_time("gateway", 'max("line_load")', where=_HEALTH), unit="percent"),
        panel("timeseries", "Disk free", "Where the journal is.", over_time("gateway", 'min("disk_free")', where=_HEALTH), unit="percent"),
        panel("timeseries", "Readings stored", "By ingest worker, in each interval.",
              over_time("worker", 'non_negative_difference(last("readings"))', whose=CENTRE)),
        panel("table", "Gateways, latest", "Batches that wait, the fullest line, disk, clock, days until the certificate ends, program.",
              latest("gateway", _GATEWAY_COLUMNS, where=_HEALTH)),
        panel("table", "Losses", "Recorded gaps: how many readings, and why.", asked(_LOSSES, table=True)),
        panel("table", "Ingest workers, latest", "Since each began: batches that it rejected, writes that its store did not take.",
              latest("worker", _WORKER_COLUMNS, whose=CENTRE)),
    ]  # fmt: skip
