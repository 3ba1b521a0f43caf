"""Answers with a tag, so that a program that has them already is told so (RFC 9110, If-None-Match)."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response


def answer_json(request: Request, content: str, *, tag: str | None = None) -> Response:
    """The content, or 304 without it where the program named its tag; `tag` is a hash of the content."""
    quoted = f'"{tag or sha256(content.encode()).hexdigest()}"'
    headers = {"ETag": quoted, "Cache-Control": "private, no-cache"}
    named = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    if quoted in named or "*" in named:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)
