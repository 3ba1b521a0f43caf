"""The interface's own application, mounted below /api/v1: published figures, the codebook, and the search."""

import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated, Any, Final

import asyncpg
from fastapi import APIRouter, Depends, FastAPI, Path, Query
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from app.api.admission import Given, Turnstile, reader
from app.api.problems import Problem, add_problem_answers, refused
from app.api.tags import answer_json
from app.kit.clock import today_in_germany
from app.knowledge.library import Library, StillLoading
from app.knowledge.models import CONTENT_LANGUAGES
from app.shell.provided import Provided
from app.statistics import service
from app.statistics.exports.service import codebook_json
from app.statistics.periods import Period, PeriodUnreadable
from app.statistics.refusals import NotPublished
from app.statistics.texts import load_texts

VERSION: Final = "1"
LONGEST_QUESTION: Final = 500
PERIOD: Final = r"^\d{4}(-(0[1-9]|1[0-2]|Q[1-4]))?$"
MOST_RESULTS: Final = 20
_PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"model": Problem, "content": {"application/problem+json": {}}} for status in (401, 403, 404, 422, 429, 503)
}


class ReleaseSummary(BaseModel):
    """One publication; `address` leads to its figures."""

    period: str
    published_at: datetime
    total: int
    draws: int
    workload: str
    simulated: bool
    address: str


class Releases(BaseModel):
    """Everything that is published, the earliest first."""

    releases: list[ReleaseSummary]


class ReleasedFigures(BaseModel):
    """What was published of a month or a quarter: {table: {period: {cell: figure}}}."""

    period: str
    published_at: datetime
    workload: str
    scale: int
    draws: int
    simulated: bool
    total: int
    counted_from: date
    gaps: list[str]
    tables: dict[str, dict[str, dict[str, int]]]


class FoundText(BaseModel):
    """One result of a search."""

    id: str
    kind: str
    topics: list[str]
    title: str
    language: str
    score: float
    valid_until: date | None
    source: str | None


class Search(BaseModel):
    """What fits a question; `advice` says whether a person or emergency help comes first."""

    query: str
    language: str | None
    results: list[FoundText]
    confident: bool
    advice: str


router = APIRouter(responses=_PROBLEMS)
turnstile = Turnstile()


@router.get("/statistics", dependencies=[Depends(reader)], response_model=Releases, summary="What is published")
async def list_releases(request: Request, given: Given) -> Response:
    heads = await service.list_releases(given.get(asyncpg.Pool))
    releases = [
        ReleaseSummary(
            period=str(head.period),
            published_at=head.published_at,
            total=head.total,
            draws=head.draws,
            workload=head.workload,
            simulated=head.simulated,
            address=f"{request.scope.get('root_path', '')}/statistics/{head.period}",
        )
        for head in heads
    ]
    return answer_json(request, Releases(releases=releases).model_dump_json())


@router.get(
    "/statistics/{period}",
    dependencies=[Depends(reader)],
    response_model=ReleasedFigures,
    summary="The figures of a month or a quarter",
)
async def get_release(
    request: Request, given: Given, period: Annotated[str, Path(pattern=PERIOD, examples=["2026-10", "2026-Q4"])]
) -> Response:
    """Published once and never changed, so its tag never changes either."""
    try:
        release = await service.get_release(given.get(asyncpg.Pool), Period.parse(period))
    except (PeriodUnreadable, NotPublished) as fault:
        raise refused(404, str(fault)) from None
    return answer_json(request, release.as_text(), tag=release.content_hash)


@router.get("/codebook", summary="Every table, dimension and code, in German and English")
async def get_codebook(request: Request) -> Response:
    return answer_json(request, codebook_json(load_texts()).decode())


@router.get(
    "/search", dependencies=[Depends(turnstile)], response_model=Search, summary="Sourced answers to a question"
)
async def search(
    given: Given,
    q: Annotated[str, Query(max_length=LONGEST_QUESTION, description="The question, in any language.")] = "",
    language: Annotated[
        str | None, Query(max_length=8, description="The asker's language, if it is known.", examples=["de", "ar"])
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RESULTS)] = 5,
) -> Any:  # noqa: ANN401  The model of the answer stands above.
    # Loaded with the index, not with the program.
    from app.knowledge.search.lines import search_line  # noqa: PLC0415

    known = language if language in CONTENT_LANGUAGES else None
    library = given.get(Library)
    try:
        found = await asyncio.to_thread(library.find, q, known, today_in_germany(), limit)
    except StillLoading as loading:
        raise refused(503, str(loading), {"Retry-After": "10"}) from None
    return search_line(found)


def build_api(provided: Callable[[], Provided], *, public_statistics: bool) -> FastAPI:
    """The interface; its description is at /openapi.json below it."""
    api = FastAPI(
        title="Return hotline",
        version=VERSION,
        description="Published contact figures and the search in the knowledge of the return hotline.",
        docs_url=None,
        redoc_url=None,
        swagger_ui_oauth2_redirect_url=None,
    )
    api.state.provided = provided
    api.state.public_statistics = public_statistics
    api.include_router(router)
    add_problem_answers(api)
    return api
