"""The steps that bring Grafana from what it has to what is wanted, without overwriting what somebody changed there. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from dashboards.publish.comparison import ResourceChange, changes, digest
from dashboards.publish.resource import FoundResource, Resource, ResourceKind


class PublishVerb(StrEnum):
    """What happens to a resource."""

    KEEP = "keep"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    CONFLICT = "conflict"
    """It was changed in Grafana, or made there: it stays, unless the push is forced."""


class Published(NamedTuple):
    """What the last push left: the digest of what was wanted, and Grafana's mark of it. `secrets` says which secrets were sent."""

    wanted: str
    revision: str
    secrets: str = ""


class PublishStep(NamedTuple):
    """What happens to one resource, why, and what differs. Of a resource that is deleted, only kind, uid and title are known."""

    verb: PublishVerb
    resource: Resource
    why: str = ""
    changes: Sequence[ResourceChange] = ()
    found: FoundResource | None = None


def step_for(
    resource: Resource, found: FoundResource | None, before: Published | None, *, secrets: str = "", force: bool = False
) -> PublishStep:
    """Return the step for one resource.

    Args:
        resource: What is wanted.
        found: What Grafana has.
        before: What the last push left, if there was one.
        secrets: The fingerprint of the secrets that are wanted.
        force: Whether to overwrite what was changed in Grafana.
    """
    if found is None:
        return PublishStep(
            PublishVerb.CREATE, resource, "it was deleted in Grafana" if before else "", tuple(changes(resource.content, {}))
        )
    different = tuple(changes(resource.content, found.content))
    untouched = before is not None and before.revision == found.revision
    if before is not None and untouched and before.wanted == digest(resource.content):
        if before.secrets == secrets:
            return PublishStep(PublishVerb.KEEP, resource, found=found)
        return PublishStep(PublishVerb.UPDATE, resource, "its secrets are new", different, found)
    if untouched:
        return PublishStep(PublishVerb.UPDATE, resource, "", different, found)
    if not different and (before is None or before.secrets == secrets):
        return PublishStep(PublishVerb.KEEP, resource, found=found)
    why = f"it was changed in Grafana{_by(found)}" if before else "it was not published by this command"
    return PublishStep(PublishVerb.UPDATE if force else PublishVerb.CONFLICT, resource, why, different, found)


def step_for_gone(key: str, found: FoundResource | None, before: Published, *, force: bool = False) -> PublishStep | None:
    """Return the step for a resource that an earlier push left and that is not wanted any more, None if it is gone."""
    kind, _, uid = key.partition("/")
    resource = Resource(ResourceKind(kind), uid, uid, {})
    if found is None:
        return None
    if before.revision == found.revision or force:
        return PublishStep(PublishVerb.DELETE, resource, "it is no longer part of what is published", found=found)
    return PublishStep(PublishVerb.CONFLICT, resource, f"it is no longer published, but was changed in Grafana{_by(found)}", found=found)


def published_after(
    steps: Sequence[PublishStep], found: Mapping[str, FoundResource], before: Mapping[str, Published], secrets: Mapping[str, str]
) -> dict[str, Published]:
    """Return what a push left: for each resource that is now as wanted its digest and Grafana's mark; of others what was known of them."""
    left = {}
    for step in steps:
        key = step.resource.key
        if step.verb is PublishVerb.CONFLICT and key in before:
            left[key] = before[key]
        elif step.verb not in (PublishVerb.CONFLICT, PublishVerb.DELETE) and key in found:
            left[key] = Published(digest(step.resource.content), found[key].revision, secrets.get(key, ""))
    return left


def _by(found: FoundResource) -> str:
    return f" by {found.changed_by}" if found.changed_by else ""
