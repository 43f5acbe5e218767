"""The table of roles."""

from pathlib import Path

from gateway.centre.role import RoleContext
from gateway.centre.roles import ROLES
from gateway.model.site.centre import CentreSettings
from gateway.model.site.store import HistorySettings, StoreSettings


def test_roles_can_share_a_process_as_their_names_metrics_and_keys_of_health_are_unique(tmp_path: Path) -> None:
    store = StoreSettings(history=HistorySettings(path=str(tmp_path / "history.sqlite")))
    context = RoleContext("prato", CentreSettings(broker="mqtt://127.0.0.1:1", store=store))
    roles = [make(context) for make in ROLES.values()]
    assert [role.name for role in roles] == list(ROLES)
    metrics = [metric.name for role in roles for metric in role.samples()]
    assert len(set(metrics)) == len(metrics) > len(roles)
    keys = [key for role in roles for key in role.health() if key != "ok"]
    assert len(set(keys)) == len(keys)
    assert all("ok" in role.health() for role in roles)
