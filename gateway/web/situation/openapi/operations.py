"""The operations of the API, as a table: what each is for, what it takes, and how it answers. Pure."""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple

import msgspec

from gateway.situation.event.document import DraftFeature, SituationFeature
from gateway.web.situation.answers import AffectedItems, ConflictItems, HistoryPage, NearItems, ServerStatus, SituationPage
from gateway.web.situation.feeds.kinds import FEEDS, DocumentKind
from gateway.web.situation.http_parts import GEO_JSON, JSON
from gateway.web.situation.queries import ExercisesQuery, HistoryQuery, ListQuery
from gateway.web.situation.routes import ACTIONS

EVENT_STREAM = "text/event-stream"


class ApiOperation(NamedTuple):
    """One operation.

    Attributes:
        id: Its name, under which its handler is found.
        answer: What a success is answered with; None is a stream of events.
        query: The parameters of the query, if there are any.
        body: What the client sends, if it sends anything.
        status: The status of a success.
        errors: The statuses of errors besides those that every operation has.
        document: What a success is answered with, if it is in a format of others.
    """

    id: str
    method: Literal["GET", "POST", "PUT"]
    path: str
    summary: str
    description: str
    answer: type[msgspec.Struct] | None
    query: type[msgspec.Struct] | None = None
    body: type[msgspec.Struct] | None = None
    status: int = 200
    errors: Collection[int] = ()
    document: DocumentKind | None = None

    @property
    def kind(self) -> str:
        """The media type of a success."""
        if self.document is not None:
            return self.document.media
        return EVENT_STREAM if self.answer is None else GEO_JSON if self.has_tag else JSON

    @property
    def has_tag(self) -> bool:
        """Whether a success has an ETag: it is one situation, or a document in a format of others."""
        return self.answer is SituationFeature or self.document is not None

    @property
    def body_kinds(self) -> Collection[str]:
        """The media types of what the client sends."""
        return () if self.body is None else (GEO_JSON, JSON) if self.body is DraftFeature else (JSON,)

    @property
    def body_required(self) -> bool:
        """Whether the client must send something: not, if it can only leave everything out."""
        return self.body is not None and any(one.required for one in msgspec.structs.fields(self.body))

    @property
    def is_open(self) -> bool:
        """Whether nobody needs a token."""
        return not self.path.startswith("/v1/")

    @property
    def about_one(self) -> bool:
        """Whether it is about one situation, which the path names."""
        return "{id}" in self.path

    @property
    def acts(self) -> bool:
        """Whether it changes something."""
        return self.method != "GET"


_ACTION_TEXTS = {
    "confirm": ("Confirm that it begins as planned", "Its owner, of a planned situation."),
    "begin": ("It has begun", "Its owner; `time` is by default now. `verified`: somebody on site says so."),
    "end": ("It is over", "Its owner; `time` is by default now. `verified`: somebody on site says so."),
    "cancel": ("Cancel it", "Its owner, or an authority that has to answer, with the reason."),
    "take-back": ("Take back the last change of its state", "Who made the change, within a day."),
    "acknowledge": ("Answer to a version", "Others than its owner: seen, accepted, or objected with the reason."),
    "comment": ("Comment on it", "Whoever may see it."),
}


def _action(name: str, body: type[msgspec.Struct]) -> ApiOperation:
    summary, description = _ACTION_TEXTS[name]
    return ApiOperation(
        name.replace("-", "_"),
        "POST",
        f"/v1/situations/{{id}}/{name}",
        summary,
        f"{description} The answer is the situation after it.",
        SituationFeature,
        body=body,
        errors=(403, 404, 409, 412, 413, 415, 422),
    )


def feed_id(name: str, *, is_file: bool, public: bool) -> str:
    """Return the id of the operation that reads a feed, or a file of it."""
    return f"{'public_' if public else ''}{name.replace('-', '_')}_{'file' if is_file else 'feed'}"


def _feeds(*, public: bool) -> Iterator[ApiOperation]:
    root, reader = ("/public/v1", "Everybody, and caches, may read it") if public else ("/v1", "As the organisation may see it")
    for name, (one, kind, file) in FEEDS.items():
        title, path = one.title, f"{root}/feeds/{name}"
        said = f"{reader}. What was over for a week is left out, and what has no place in the format."
        yield ApiOperation(
            feed_id(name, is_file=False, public=public), "GET", path, f"Read situations as {title}", said, None, document=kind
        )
        if file is not None:
            said = f"{reader}. `/feeds/{name}` has all files."
            yield ApiOperation(
                feed_id(name, is_file=True, public=public), "GET", f"{path}/{{file}}", f"Read one file of {title}", said, None,
                errors=(404,), document=file,
            )  # fmt: skip


OPERATIONS = (
    ApiOperation("status", "GET", "/status", "Whether the server works", "503 if it does not.", ServerStatus, errors=(503,)),
    ApiOperation(
        "situations",
        "GET",
        "/v1/situations",
        "List situations",
        "Those that the organisation may see, in the order of their ids. Tests and exercises are left out unless they are asked for.",
        SituationPage,
        query=ListQuery,
    ),
    ApiOperation(
        "publish",
        "POST",
        "/v1/situations",
        "Publish an event",
        "Without `id`, it gets one: always the same for the same Idempotency-Key. "
        " What is announced late is published all the same; Notice-Missed says so.",
        SituationFeature,
        body=DraftFeature,
        status=201,
        errors=(403, 409, 413, 415, 422),
    ),
    ApiOperation(
        "situation",
        "GET",
        "/v1/situations/{id}",
        "Read a situation",
        "As the organisation may see it: its audience sees everything, others what is public.",
        SituationFeature,
        errors=(404,),
    ),
    ApiOperation(
        "update",
        "PUT",
        "/v1/situations/{id}",
        "Change the content of a situation",
        "Its owner, with the ETag of the version that was read as If-Match. If what was agreed to changes, authorities are asked again.",
        SituationFeature,
        body=DraftFeature,
        errors=(403, 404, 409, 412, 413, 415, 422, 428),
    ),
    ApiOperation(
        "situation_history",
        "GET",
        "/v1/situations/{id}/history",
        "Who did what with a situation",
        "For its owner, its audience and the authorities that answer.",
        HistoryPage,
        query=HistoryQuery,
        errors=(403, 404),
    ),
    ApiOperation(
        "situation_conflicts",
        "GET",
        "/v1/situations/{id}/conflicts",
        "What is in the way of a situation",
        "And who could dig together; only of situations that the organisation may see.",
        ConflictItems,
        errors=(404,),
    ),
    ApiOperation(
        "situation_affected",
        "GET",
        "/v1/situations/{id}/affected",
        "What a situation affects",
        "Assets that it names, within 25 m of its place, or fed from there; lines and stops. For its owner, its audience and the"
        " authorities that answer.",
        AffectedItems,
        errors=(403, 404),
    ),
    ApiOperation(
        "situation_near",
        "GET",
        "/v1/situations/{id}/near",
        "What the organisation owns near a situation",
        "By the private layer that it has given to the Situation Room. Nobody else is told. Without a layer, nothing is near.",
        NearItems,
        errors=(404,),
    ),
    *(_action(name, body) for name, body in ACTIONS.items()),
    ApiOperation(
        "events",
        "GET",
        "/v1/events",
        "Follow what changes",
        "Server-sent events. A new stream begins with every situation that is not over, as `situation`, then `current`. Then comes what"
        " changes: `situation` with what the organisation may see now, or `gone` with an id to forget. With Last-Event-ID it continues"
        " after that event; each situation that has changed meanwhile comes once, as it is. It ends when the token is withdrawn.",
        None,
        query=ExercisesQuery,
    ),
    *_feeds(public=False),
    ApiOperation(
        "public_situations",
        "GET",
        "/public/v1/situations",
        "List public situations",
        "For everybody, and for caches. Tests and exercises are left out unless they are asked for.",
        SituationPage,
        query=ListQuery,
    ),
    ApiOperation(
        "public_situation",
        "GET",
        "/public/v1/situations/{id}",
        "Read a public situation",
        "For everybody, and for caches.",
        SituationFeature,
        errors=(404,),
    ),
    *_feeds(public=True),
)
