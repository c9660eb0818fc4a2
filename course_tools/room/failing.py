"""What people read when a request is refused, or something is wrong with the room itself."""

from __future__ import annotations

import logging
import sqlite3

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from course_tools.room.refusing import RefusedError

DISK = (
    "The room could not keep this: its disk is full, or cannot be written. Nothing was counted."
    " Tell the instructor."
)


async def refused(_request: Request, error: Exception) -> Response:
    """Answer somebody whose request is refused."""
    assert isinstance(error, RefusedError)
    return JSONResponse({"error": error.sentence}, error.status)


async def not_found(request: Request, error: Exception) -> Response:
    """Answer somebody who asks for what is not there, or in a way in which it is not given."""
    assert isinstance(error, HTTPException)
    sentence = f"There is nothing here: {error.detail} ({error.status_code})."
    if request.url.path.startswith("/room/api/"):
        return JSONResponse({"error": sentence}, error.status_code, error.headers)
    return PlainTextResponse(sentence, error.status_code, error.headers)


async def not_kept(_request: Request, error: Exception) -> Response:
    """Answer somebody whose request could not be kept, and tell the instructor's terminal."""
    logging.getLogger(__name__).error("The room cannot write: %s", error)
    return JSONResponse({"error": DISK}, 503)


HANDLERS = {RefusedError: refused, HTTPException: not_found, sqlite3.Error: not_kept}
"""Who answers what is raised."""
