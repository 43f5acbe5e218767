"""`python -m dashboards.alerts.render`: write the alert rules into the file with which Grafana provisions itself."""

from dashboards.publish.provisioning import alert_rules
from dashboards.render import FOLDER

FILE = FOLDER / "provisioning" / "alerting" / "street.yaml"

if __name__ == "__main__":
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(alert_rules("en"), encoding="utf-8")
