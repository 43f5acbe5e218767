"""What the routes of an API share: JSON out, typed JSON in, and errors in the two languages of technicians."""

from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

Content = TypeVar("Content")


class ApiError(HTTPException):
    """A request that can't be answered: its HTTP status, and what is wrong and what to do, in English and Italian."""

    def __init__(self, status: int, en: str, it: str) -> None:
        super().__init__(status, en)
        self.it = it

    def more(self) -> dict[str, object]:
        """Return what the error's JSON has besides the sentence in English."""
        return {"error_it": self.it}


def json_response(content: object, status: int = 200) -> Response:
    """Return content as JSON, which no cache keeps."""
    return Response(msgspec.json.encode(content), status, {"cache-control": "no-store"}, "application/json")


async def body_as(request: Request, type_: type[Content]) -> Content:
    """Return the JSON body of a request as a struct.

    Raises:
        ApiError: 400, because it is something else; the sentence says what.
    """
    try:
        return msgspec.json.decode(await request.body(), type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ApiError(400, f"the request's body is wrong: {error}", f"il corpo della richiesta è errato: {error}") from error
