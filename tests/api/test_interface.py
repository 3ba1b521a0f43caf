"""The interface for programs: figures with their tags, the codebook, the search, and problems that say what to do."""

from collections.abc import Callable
from typing import Any

import asyncpg
import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from hypothesis.strategies import SearchStrategy
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from starlette.requests import Request

from app.accounts.models import Role
from app.api import routes
from app.api.admission import Turnstile
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import Database
from app.knowledge.library import Library
from app.shell.opening import provide
from tests.browser import serve, take_address
from tests.console.conftest import library
from tests.entrance.house import Visit, visit
from tests.moving import MovableClock
from tests.review.conftest import build, enter

AnyCase = Case[Any]


@pytest.fixture(autouse=True)
def fresh_turnstile(pages: FastAPI) -> None:
    """Nobody has searched yet."""
    assert pages
    routes.turnstile.forget()


@pytest.fixture
def stranger(pages: FastAPI, clock: MovableClock) -> httpx.AsyncClient:
    return visit(pages, clock).client


def let_pass(_turnstile: Turnstile, request: Request) -> None:
    """Whoever asks passes."""
    assert request


async def test_a_release_is_read_once_and_known_by_its_tag(reader: Visit, figures: int) -> None:
    assert figures
    listed = (await reader.client.get("/api/v1/statistics")).json()["releases"]
    assert [release["period"] for release in listed] == ["2026-01", "2026-02", "2026-03", "2026-Q1"]
    first = await reader.client.get(listed[0]["address"])
    assert first.json()["total"] == sum(first.json()["tables"]["language"]["2026-01"].values())
    again = await reader.client.get(listed[0]["address"], headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    other = await reader.client.get(listed[1]["address"], headers={"If-None-Match": first.headers["etag"]})
    assert other.status_code == 200


async def test_what_is_not_published_is_a_problem_in_words(reader: Visit) -> None:
    for period, status in {"2019-01": 404, "2026": 404, "2026-02-30": 422, "';--": 422}.items():
        got = await reader.client.get(f"/api/v1/statistics/{period}")
        assert (got.status_code, got.headers["content-type"]) == (status, "application/problem+json")
        assert got.json()["detail"].endswith(".")


async def test_the_figures_are_for_those_who_review_them(
    pages: FastAPI, clock: MovableClock, stranger: httpx.AsyncClient
) -> None:
    assert (await stranger.get("/api/v1/statistics")).status_code == 401
    agent = await enter(pages, clock, Role.AGENT)
    assert (await agent.client.get("/api/v1/statistics/2026-01")).status_code == 403


async def test_the_operator_may_open_them_to_everybody(
    pool: asyncpg.Pool, database: Database, clock: MovableClock
) -> None:
    pages = await build(pool, database, clock, public_statistics=True)
    assert (await visit(pages, clock).client.get("/api/v1/statistics")).json() == {"releases": []}


async def test_anybody_may_search(pages: FastAPI, stranger: httpx.AsyncClient) -> None:
    provide(pages, library())
    found = (await stranger.get("/api/v1/search", params={"q": "Wie viel Geld bekomme ich?", "language": "de"})).json()
    assert found["confident"]
    assert "how-much-money" in [result["id"] for result in found["results"]]
    assert found["results"][0]["source"]
    danger = (await stranger.get("/api/v1/search", params={"q": "Ich will nicht mehr leben"})).json()
    assert danger["advice"] == "emergency"


async def test_who_searches_too_often_waits(pages: FastAPI, stranger: httpx.AsyncClient) -> None:
    provide(pages, library())
    answers = [(await stranger.get("/api/v1/search?q=Pass")).status_code for _ in range(61)]
    assert answers == [200] * 60 + [429]
    refused = await stranger.get("/api/v1/search?q=Pass")
    assert refused.headers["retry-after"] == "60"


async def test_a_node_that_still_reads_says_so(pages: FastAPI, stranger: httpx.AsyncClient) -> None:
    provide(pages, Library(PROJECT_ROOT))
    got = await stranger.get("/api/v1/search?q=Pass")
    assert (got.status_code, got.headers["content-type"]) == (503, "application/problem+json")


def test_the_description_holds_whatever_is_sent(pages: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    provide(pages, library())
    monkeypatch.setattr(Turnstile, "__call__", let_pass)
    place = take_address()
    stop = serve(pages, place)
    description = httpx.get(f"{place.url}/api/v1/openapi.json").json()
    schema = schemathesis.openapi.from_dict(description)
    schema.config.update(base_url=f"{place.url}/api/v1")
    operations = [found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)]
    assert len(operations) == 4
    for operation in operations:
        hold(operation.as_strategy(GenerationMode.POSITIVE), lambda case: case.call_and_validate(timeout=20))
        if operation.definition.raw.get("parameters"):
            hold(operation.as_strategy(GenerationMode.NEGATIVE), never_broken)
    stop()


def never_broken(case: AnyCase) -> None:
    assert case.call(timeout=20).status_code < 500


def hold(cases: SearchStrategy[AnyCase], check: Callable[[AnyCase], object]) -> None:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=cases)
    def every(case: AnyCase) -> None:
        check(case)

    every()
