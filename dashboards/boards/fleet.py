"""Gateways and centre: which gateways report, what is waiting, what was lost, what no store accepted."""

from dashboards.panels import RED_FROM_ONE, RED_WITHOUT_ANY, Panel, curves, number, table
from dashboards.queries import CENTRE, GATEWAY_HEALTH, latest, newest, over_time, total
from dashboards.registry import board

_GATEWAY_COLUMNS = {
    "backlog_batches": "batches waiting", "line_load": "line load %", "disk_free": "disk free %",
    "clock_synchronised": "clock synchronised", "certificate_days": "certificate days left", "version": "version",
}  # fmt: skip
_WORKER_COLUMNS = {"dead_letters": "dead letters", "batches": "batches", "rejected": "rejected batches", "store_failures": "failed writes"}


@board("fleet", "Gateways and centre")
def panels() -> list[Panel]:
    """Return the panels."""
    return [
        number("Gateways reporting", "Gateways that reported their health in the last three minutes; they do so every minute.",
               total("gateway", 'last("uptime") AS "value"', 'count("value")', where=GATEWAY_HEALTH, within="3m"),
               colours=RED_WITHOUT_ANY, none="none"),
        number("Batches waiting", "Batches in the gateways' journals that the centre has not confirmed yet.",
               total("gateway", 'last("backlog_batches") AS "value"', 'sum("value")', where=GATEWAY_HEALTH)),
        number("Readings lost", "Readings in gaps recorded in the selected time range. Run 'gateway audit' for details.",
               total("gap", 'sum("readings") AS "value"', 'sum("value")'), colours=RED_FROM_ONE, none="none recorded"),
        number("Dead letters", "Readings that no store accepted, not yet reviewed. Run 'gateway dead-letters list' on the centre.",
               total("worker", 'last("dead_letters") AS "value"', 'sum("value")', whose=CENTRE, within="3m"), colours=RED_FROM_ONE),
        curves("Batches waiting", "By gateway. While a gateway is offline its backlog is not known; it is reported afterwards.",
               over_time("gateway", 'max("backlog_batches")', where=GATEWAY_HEALTH)),
        curves("Delay of batches", "Time from a batch's first reading to its arrival at the centre, by gateway. A backlog has long delays.",
               over_time("uplink", 'max("delay")'), unit="s"),
        curves("Completeness of readings",
               "Readings received of those due, by gateway. Silent or switched-off devices and missed ticks lower it.",
               over_time("completeness", '100 * sum("read") / sum("expected")'), unit="percent"),
        curves("Load of the busiest line", "By gateway. Above 70 % a line has little room for retries and commands.",
               over_time("gateway", 'max("line_load")', where=GATEWAY_HEALTH), unit="percent"),
        curves("Free disk space", "Where the journal is stored, by gateway.",
               over_time("gateway", 'min("disk_free")', where=GATEWAY_HEALTH), unit="percent"),
        curves("Readings stored per interval", "By ingest worker.",
               over_time("worker", 'non_negative_difference(last("readings"))', whose=CENTRE)),
        table("Gateways", "Latest reported values.", latest("gateway", _GATEWAY_COLUMNS, where=GATEWAY_HEALTH)),
        table("Gaps", "Recorded gaps: the readings lost, and why. The newest 100.",
              newest("gap", ["asset", "readings", "reason"], most=100)),
        table("Ingest workers", "Latest reported values, counted since each worker started.",
              latest("worker", _WORKER_COLUMNS, whose=CENTRE)),
    ]  # fmt: skip
