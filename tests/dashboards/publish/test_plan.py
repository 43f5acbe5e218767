"""Which step is planned for a resource."""

import pytest

from dashboards.publish.comparison import digest
from dashboards.publish.plan import Published, PublishVerb, published_after, step_for, step_for_gone
from dashboards.publish.resource import FoundResource, Resource, ResourceKind

OURS = Resource(ResourceKind.DASHBOARD, "city", "City", {"title": "City"})
PUSHED = Published(digest(OURS.content), "3", "salted")
SAME, OTHER = FoundResource({"title": "City"}, "3"), FoundResource({"title": "Mine"}, "4", "anna today")


@pytest.mark.parametrize(
    ("found", "before", "verb", "why"),
    [
        (None, None, PublishVerb.CREATE, ""),
        (None, PUSHED, PublishVerb.CREATE, "it was deleted in Grafana"),
        (SAME, PUSHED, PublishVerb.KEEP, ""),
        (SAME, None, PublishVerb.KEEP, ""),
        (SAME, PUSHED._replace(wanted="earlier"), PublishVerb.UPDATE, ""),
        (SAME, PUSHED._replace(secrets="earlier"), PublishVerb.UPDATE, "its secrets are new"),
        (FoundResource({"title": "City"}, "9"), PUSHED, PublishVerb.KEEP, ""),
        (OTHER, PUSHED, PublishVerb.CONFLICT, "it was changed in Grafana by anna today"),
        (OTHER, None, PublishVerb.CONFLICT, "it was not published by this command"),
    ],
)
def test_only_what_nobody_touched_is_updated(found: FoundResource | None, before: Published | None, verb: PublishVerb, why: str) -> None:
    step = step_for(OURS, found, before, secrets="salted")
    assert (step.verb, step.why) == (verb, why)


def test_force_overwrites_and_still_says_what_it_overwrote() -> None:
    step = step_for(OURS, OTHER, PUSHED, secrets="salted", force=True)
    assert (step.verb, step.why) == (PublishVerb.UPDATE, "it was changed in Grafana by anna today")
    assert [(one.path, one.found, one.wanted) for one in step.changes] == [("title", "Mine", "City")]


def test_what_is_gone_already_needs_no_step() -> None:
    assert step_for_gone("dashboard/city", None, PUSHED) is None


@pytest.mark.parametrize(
    ("found", "force", "verb"), [(SAME, False, PublishVerb.DELETE), (OTHER, False, PublishVerb.CONFLICT), (OTHER, True, PublishVerb.DELETE)]
)
def test_what_is_no_longer_wanted_is_deleted_unless_somebody_changed_it(found: FoundResource, force: bool, verb: PublishVerb) -> None:
    step = step_for_gone("dashboard/city", found, PUSHED, force=force)
    assert step is not None
    assert (step.verb, step.resource.uid) == (verb, "city")


def test_a_record_keeps_what_was_known_of_a_resource_that_was_left_alone() -> None:
    steps = [step_for(OURS, OTHER, PUSHED, secrets="salted")]
    assert published_after(steps, {OURS.key: OTHER}, {OURS.key: PUSHED}, {}) == {OURS.key: PUSHED}
    assert published_after([step_for(OURS, OTHER, None)], {OURS.key: OTHER}, {}, {}) == {}
    done = [step_for(OURS, None, None)]
    assert published_after(done, {OURS.key: SAME}, {}, {OURS.key: "salted"}) == {OURS.key: PUSHED}
