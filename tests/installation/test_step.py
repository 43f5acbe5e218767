"""What is said of a step."""

from gateway.installation.step import InstallStep, InstallVerb


def test_a_step_is_said_in_the_past_and_in_a_dry_run_as_what_would_be_done() -> None:
    step = InstallStep(InstallVerb.CREATE, "/etc/street-gateway", "mode 2750")
    assert step.said(dry_run=False) == "created: /etc/street-gateway (mode 2750)"
    assert step.said(dry_run=True) == "would create: /etc/street-gateway (mode 2750)"


def test_what_changes_nothing_is_said_alike() -> None:
    assert InstallStep(InstallVerb.KEEP, "user street-gateway").said(dry_run=True) == InstallStep(
        InstallVerb.KEEP, "user street-gateway"
    ).said(dry_run=False)
