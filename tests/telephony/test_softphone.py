"""Softphones are let in by a token that says who they are and no more, and Twilio's door knows them by it."""

import logging
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.kit.reach import Database
from app.telephony.softphone import TwilioSoftphones, find_person, identity_of
from tests.telephony.agents_town import Ground, open_agents_town, said, text

ACCOUNT, KEY, APP = "AC" + "0" * 32, "SK" + "1" * 32, "AP" + "2" * 32
SECRET = "only-the-hotline-and-the-provider-know-it"
PERSON = UUID("7d9f0ba8-6f2c-4a52-9d0e-0f3f7a0a1b2c")


def softphones(region: str = "ie1") -> TwilioSoftphones:
    return TwilioSoftphones(ACCOUNT, KEY, SECRET, APP, region)


def test_the_token_says_who_may_call_what_where_and_how_long() -> None:
    token = softphones().token(PERSON)
    claims = jwt.decode(token.value, SECRET, algorithms=["HS256"], options={"verify_sub": False})
    assert (claims["iss"], claims["sub"]) == (KEY, ACCOUNT)
    assert claims["exp"] - claims["nbf"] == token.seconds == 3600
    assert claims["grants"] == {
        "identity": PERSON.hex,
        "voice": {"incoming": {"allow": True}, "outgoing": {"application_sid": APP}},
    }
    assert jwt.get_unverified_header(token.value) == {
        "alg": "HS256",
        "typ": "JWT",
        "cty": "twilio-fpa;v=1",
        "twr": "ie1",
    }


@pytest.mark.parametrize(
    ("region", "edges", "names_region"),
    [("us1", ("roaming",), False), ("ie1", ("dublin",), True), ("au1", ("sydney",), True)],
)
def test_a_softphone_comes_in_where_its_region_lies(region: str, edges: tuple[str, ...], names_region: bool) -> None:  # noqa: FBT001
    made = softphones(region)
    token = made.token(PERSON)
    assert token.edges == made.edges == edges
    assert ("twr" in jwt.get_unverified_header(token.value)) is names_region
    assert {f"wss://voice-js.{edge}.twilio.com" for edge in edges} <= set(made.origins)
    assert all(origin.startswith("wss://voice-js.") and "*" not in origin for origin in made.origins)
    assert (len(made.origins) == 1) is names_region


def test_no_secret_is_shown_and_nothing_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        made = softphones()
        token = made.token(PERSON)
    assert SECRET not in f"{made!r}{token!r}{caplog.text}{token.value}"
    assert token.value not in f"{token!r}{caplog.text}"


@given(st.uuids())
def test_whoever_is_named_in_a_token_is_known_again(person_id: UUID) -> None:
    identity = identity_of(person_id)
    assert identity.isascii()
    assert identity.isalnum()
    assert find_person(f"client:{identity}") == person_id


@pytest.mark.parametrize("caller", ["", "+4915112345678", "client:", "client:nobody", "sip:a@b.example", PERSON.hex])
def test_nobody_else_is_taken_for_a_softphone(caller: str) -> None:
    assert find_person(caller) is None


async def test_the_identity_of_a_token_leads_into_the_agents_conversation(
    pool: asyncpg.Pool, database: Database, tmp_path: Path
) -> None:
    town = open_agents_town(Ground(pool, database, tmp_path))
    agent_id = await town.hire("de")
    call = await town.town.into_line("de")
    await town.answer_by(agent_id, f"client:{softphones().token(agent_id).identity}")
    assert town.labels() == {"caller", f"agent-{agent_id}"}, said(call)
    stranger = await town.call_as(f"client:{softphones().token(uuid4()).identity}")
    await town.pass_time(3)
    assert text("agent.caller_gone") in said(stranger)
    assert town.labels() == {"caller", f"agent-{agent_id}"}
