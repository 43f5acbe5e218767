"""What Grafana makes of a panel, as its documentation says ("Configure thresholds")."""

from dashboards.panels import Panel


def colour_of(panel: Panel, value: float | None) -> str:
    """Return the colour of a value by the panel's thresholds. Without data it is that of the base, as below every step."""
    thresholds = panel["fieldConfig"]["defaults"]["thresholds"]
    assert thresholds["mode"] == "absolute"
    base, *steps = thresholds["steps"]
    assert base["value"] is None
    passed = [step["color"] for step in steps if value is not None and value >= step["value"]]
    return str(passed[-1] if passed else base["color"])
