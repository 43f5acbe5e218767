"""The committed alert rules."""

from dashboards.alerts.render import FILE
from dashboards.publish.provisioning import alert_rules


def test_the_committed_alert_rules_are_what_the_code_renders() -> None:
    assert FILE.read_text(encoding="utf-8") == alert_rules("en"), "run: make dashboards"
