"""Who gets to which page, and what happens on the way: the login, the stages, the step-up, the session's end."""

import pyotp
import pytest
from fastapi import APIRouter, FastAPI, Request, Response

from app.accounts import service
from app.accounts.models import Role, Stage
from app.shell.access import PUBLIC, SIGNED_IN, Access, at_stage, only
from app.shell.opening import Shell, furnish
from app.shell.registry import PageRouter, Unregistered, check_registered, list_pages
from tests.shell.conftest import BASE, SAME_ORIGIN, Toy
from tests.shell.toy import KEYS, plain_page, toy_router

HALF_WAY = [Stage.SECOND_FACTOR, Stage.CHANGE_PASSWORD, Stage.ENROL]


async def test_a_stranger_is_sent_to_the_login_and_back_to_where_they_wanted(toy: Toy) -> None:
    answer = await toy.client.get("/desk?page=2&sort=name")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/desk%3Fpage%3D2%26sort%3Dname"
    login = await toy.client.get(answer.headers["location"])
    assert "/desk?page=2&amp;sort=name" in login.text


async def test_the_start_page_needs_no_way_back(toy: Toy) -> None:
    assert (await toy.client.get("/")).headers["location"] == "/login"


@pytest.mark.parametrize(
    "onward", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]
)
async def test_nobody_is_sent_elsewhere_by_a_crafted_link(toy: Toy, onward: str) -> None:
    login = await toy.client.get("/login", params={"next": onward})
    assert '<p class="kern-body">/</p>' in login.text


async def test_the_wrong_role_reads_what_to_do(toy: Toy) -> None:
    await toy.enter(Role.EDITOR)
    answer = await toy.client.get("/desk")
    assert answer.status_code == 403
    assert "Diese Seite ist für Ihre Rolle nicht vorgesehen" in answer.text
    assert "andere Rolle" in answer.text


async def test_the_right_role_sees_the_page_and_its_navigation(toy: Toy) -> None:
    await toy.enter(Role.AGENT)
    answer = await toy.client.get("/desk")
    assert answer.status_code == 200
    assert '<a href="/desk" aria-current="page">Arbeit</a>' in answer.text
    assert 'href="/people"' not in answer.text


async def test_half_way_through_the_login_only_its_own_page_opens(toy: Toy) -> None:
    await toy.enter_really()
    assert (await toy.client.get("/desk")).headers["location"] == "/login/enrol"
    assert (await toy.client.get("/login/enrol")).status_code == 200
    assert (await toy.client.get("/session/state")).json() == {"seconds": 0, "final": True}


async def test_who_is_through_has_nothing_to_do_at_a_stage(toy: Toy) -> None:
    await toy.enter(Role.AGENT)
    assert (await toy.client.get("/login/enrol")).headers["location"] == "/"


async def test_a_request_of_htmx_is_told_to_leave_the_page(toy: Toy) -> None:
    answer = await toy.client.get("/desk", headers={"HX-Request": "true"})
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"] == "/login?next=/desk"


async def test_a_session_ends_after_fifteen_idle_minutes_and_the_login_says_so(toy: Toy) -> None:
    await toy.enter(Role.AGENT)
    for _ in range(3):
        toy.clock.go_on(minutes=14)
        assert (await toy.client.get("/desk")).status_code == 200
    toy.clock.go_on(minutes=15, seconds=1)
    assert (await toy.client.get("/desk")).headers["location"] == "/login?next=/desk&ended=idle"


async def test_asking_after_the_session_does_not_keep_it_alive_but_extending_does(toy: Toy) -> None:
    await toy.enter(Role.AGENT)
    await toy.client.get("/desk")
    toy.clock.go_on(minutes=10)
    for path in ("/session/state", "/quiet", "/preferences"):
        await toy.client.get(path)
    assert (await toy.client.get("/session/state")).json() == {"seconds": 300, "final": False}
    assert (await toy.post("/session/extend")).json() == {"seconds": 900, "final": False}
    toy.clock.go_on(minutes=16)
    assert (await toy.client.get("/session/state")).json() == {"seconds": 0, "final": True}


async def test_the_last_minutes_of_twelve_hours_are_said_to_be_final(toy: Toy) -> None:
    await toy.enter(Role.AGENT)
    for _ in range(71):
        toy.clock.go_on(minutes=10)
        await toy.client.get("/desk")
    assert (await toy.client.get("/session/state")).json() == {"seconds": 600, "final": True}


async def test_an_old_proof_is_renewed_before_what_needs_one(toy: Toy) -> None:
    token = await toy.enter_really()
    enrolment = await service.begin_enrolment(toy.accounts, token)
    code = pyotp.TOTP(enrolment.secret).at(toy.clock.at)
    toy.be((await service.confirm_enrolment(toy.accounts, token, code=code)).signed_in.token)
    assert (await toy.client.get("/secret")).status_code == 200
    assert (await toy.client.get("/file")).content == b"content"
    toy.clock.go_on(minutes=5, seconds=1)
    assert (await toy.client.get("/secret?a=b")).headers["location"] == "/step-up?next=/secret%3Fa%3Db"
    assert (await toy.client.get("/file")).headers["location"] == "/step-up?next=/secret"
    assert (await toy.client.get("/")).status_code == 200


@pytest.mark.parametrize("access", [None, True, Role.AGENT, "public"])
def test_a_page_that_does_not_say_who_may_open_it_cannot_be_registered(access: object) -> None:
    router = toy_router()
    with pytest.raises(TypeError, match="say who may open it"):
        router.page("/new", access=access, title="shell.name")(plain_page)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="access"):
        router.deed("/new")(plain_page)  # type: ignore[call-arg]


def test_a_page_with_parameters_must_say_how_it_is_seen() -> None:
    with pytest.raises(TypeError, match="needs an example"):
        toy_router().page("/new/{number}", access=PUBLIC, title="shell.name")(plain_page)


def test_two_pages_cannot_have_one_address() -> None:
    router = PageRouter("double", templates=toy_router().templates)
    for _ in range(2):
        router.page("/double", access=PUBLIC, title="shell.name")(plain_page)
    with pytest.raises(ValueError, match="/double"):
        furnish(FastAPI(), Shell(keys=KEYS, base_url=BASE), [router])


async def stranger(_request: Request) -> Response:
    return Response()


async def test_a_route_of_nobody_fails_the_build(toy: Toy) -> None:
    check_registered(toy.app)
    inner = APIRouter()
    inner.add_route("/inner", stranger)
    toy.app.include_router(inner, prefix="/outer")
    toy.app.add_api_route("/plain", stranger, response_model=None)
    with pytest.raises(Unregistered, match="/outer/inner, /plain"):
        check_registered(toy.app)
    check_registered(toy.app, plain={"/outer/inner", "/plain"})


async def test_everything_registered_is_listed(toy: Toy) -> None:
    listed = {(entry.method, entry.path) for entry in list_pages(toy.app)}
    assert {("GET", "/desk"), ("POST", "/people"), ("GET", "/styleguide"), ("POST", "/session/extend")} <= listed


def test_accesses_say_what_they_mean() -> None:
    assert Access() != PUBLIC
    assert only(Role.AGENT).roles < SIGNED_IN.roles
    assert at_stage(*HALF_WAY).roles == frozenset()


async def test_a_form_cannot_come_from_elsewhere(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    fields = {"csrf": toy.token(), "name": "Grace", "secret": "x"}
    foreign: list[dict[str, str]] = [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Origin": BASE},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {},
    ]
    for headers in foreign:
        answer = await toy.client.post("/people", data=fields, headers=headers)
        assert answer.status_code == 403
        assert "Das Formular war zu lange offen" in answer.text
    assert toy.done.deeds == []
    own: list[dict[str, str]] = [SAME_ORIGIN | {"Origin": "null"}, {"Origin": BASE}]
    for headers in own:
        assert (await toy.client.post("/people", data=fields, headers=headers)).status_code == 303


async def test_a_form_of_another_session_or_without_a_token_does_nothing(toy: Toy) -> None:
    await toy.client.get("/styleguide/form")
    before_login = toy.token()
    await toy.enter(Role.ADMINISTRATOR)
    old = toy.token()
    await toy.enter(Role.ADMINISTRATOR)
    for token in ("", "0" * 64, before_login, old, old.upper(), "ü"):
        answer = await toy.client.post("/people", data={"csrf": token, "name": "Grace"}, headers=SAME_ORIGIN)
        assert answer.status_code == 403
        assert "Das Formular war zu lange offen" in answer.text
    assert toy.done.deeds == []


async def test_the_form_before_the_login_is_bound_to_the_visit(toy: Toy) -> None:
    assert (await toy.client.post("/public", data={"csrf": "x"}, headers=SAME_ORIGIN)).status_code == 403
    await toy.client.get("/styleguide/form")
    assert (await toy.post("/public")).status_code == 303
    assert toy.done.deeds == ["public"]


async def test_a_token_may_come_in_a_header_as_htmx_sends_it(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    headers = SAME_ORIGIN | {"X-CSRF": toy.token(), "HX-Request": "true"}
    answer = await toy.client.post("/people", data={"name": "Grace", "secret": "x"}, headers=headers)
    assert answer.status_code == 204
    assert answer.headers["hx-redirect"] == "/people"
    fragment = await toy.client.post("/people", data={}, headers=headers)
    assert fragment.status_code == 200


async def test_a_deed_of_somebody_who_is_no_longer_in_leads_back_to_its_page(toy: Toy) -> None:
    await toy.enter(Role.ADMINISTRATOR)
    token = toy.token()
    toy.clock.go_on(minutes=16)
    answer = await toy.client.post("/people/Ada", data={"csrf": token}, headers=SAME_ORIGIN)
    assert answer.headers["location"] == "/login?next=/people&ended=idle"
    assert toy.done.deeds == []
