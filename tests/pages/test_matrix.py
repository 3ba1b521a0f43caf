"""Role by page: what is registered opens for whom it says and for nobody else; made from the registry."""

import httpx
import pytest

from app.accounts.models import Role, Stage
from app.pages import PLAIN_PATHS
from app.shell.access import LOGIN_PAGE, STAGE_PAGES
from app.shell.cookies import PREFIX, SESSION_COOKIE
from app.shell.registry import Registered, check_registered, list_pages
from tests.pages.site import EVERYBODY, Site, Who, is_open

pytestmark = pytest.mark.asyncio(loop_scope="session")
SAME_ORIGIN = {"Sec-Fetch-Site": "same-origin"}


async def ask(site: Site, client: httpx.AsyncClient, entry: Registered, who: Who) -> httpx.Response:
    addresses = [entry.path] if entry.kind != "page" else await site.addresses(entry)
    address = addresses[0] if addresses else entry.path
    return await client.request(entry.method, address, headers=entering(site, who))


def entering(site: Site, who: Who) -> dict[str, str]:
    token = site.token(who)
    return SAME_ORIGIN | ({"Cookie": f"{PREFIX}{SESSION_COOKIE}={token}"} if token else {})


async def listen(site: Site, client: httpx.AsyncClient, entry: Registered, who: Who) -> str:
    """What the first event of a stream says: an endless one begins with a beat, or it is over at once."""
    async with client.stream("GET", entry.path, headers=entering(site, who)) as answer:
        async for line in answer.aiter_lines():
            if line.startswith("event: "):
                return {"event: beat": "open", "event: over": "sent away"}[line]
    return f"no stream ({answer.status_code})"


def verdict(answer: httpx.Response, entry: Registered, who: Who) -> str:
    """What the guard said. A deed that may be done is stopped by the missing token of its form, whose page says so."""
    location = answer.headers.get("location", "")
    if entry.access.everybody:
        # A page that is open to everybody may send on by itself.
        return "open"
    if answer.status_code == 303 and location.split("?")[0] == LOGIN_PAGE and who is None:
        return "log in"
    if answer.status_code == 303 and isinstance(who, Stage) and location == STAGE_PAGES[who]:
        return "go on with the login"
    if answer.status_code == 403 and "andere Rolle" in answer.text:
        return "wrong role"
    if answer.status_code == 303 and location == "/" and isinstance(who, Role) and entry.access.stages:
        return "through already"
    return "open"


def expected(entry: Registered, who: Who) -> str:
    if is_open(entry.access, who):
        return "open"
    if entry.kind == "stream":
        return "sent away"
    if who is None:
        return "log in"
    if isinstance(who, Stage):
        return "go on with the login"
    return "through already" if entry.access.stages else "wrong role"


async def test_every_page_opens_for_whom_it_says_and_for_nobody_else(site: Site) -> None:
    wrong = []
    async with httpx.AsyncClient(base_url=site.url, headers={"Accept-Language": "de"}) as client:
        for entry in list_pages(site.app):
            for who in EVERYBODY:
                if entry.kind == "stream":
                    heard = await listen(site, client, entry, who)
                    wrong += [f"{entry.path} for {who}: {heard}"] if heard != expected(entry, who) else []
                    continue
                answer = await ask(site, client, entry, who)
                said = verdict(answer, entry, who)
                if said != expected(entry, who) or (said == "open" and answer.status_code in {401, 404, 405}):
                    wrong.append(f"{entry.method} {entry.path} for {who}: {said} ({answer.status_code})")
    assert wrong == []


async def test_the_matrix_has_every_kind_of_reader_and_of_answer(site: Site) -> None:
    said = {expected(entry, who) for entry in list_pages(site.app) for who in EVERYBODY}
    assert said == {"open", "log in", "go on with the login", "wrong role", "through already", "sent away"}
    assert len(EVERYBODY) == 1 + len(Role) + len(Stage) - 1


async def test_no_route_is_without_a_guard(site: Site) -> None:
    check_registered(site.app, plain=PLAIN_PATHS)
