"""Callbacks and messages on the agents' page: what is due, never a number; who listened stands in the audit."""

import re

from app.accounts.models import Action
from app.accounts.service import list_audit
from app.phone.exchange.deeds import call_in
from app.phone.exchange.messages import keep_recording
from app.phone.exchange.models import Ends, Hook
from app.queue import callbacks, voicemails
from tests.console.line_house import LineHouse, agent, line_house
from tests.entrance.house import Visit
from tests.fake_twilio.town import BYE, CALLER, build_town
from tests.phone.toy import NUMBER
from tests.queue.kept import MOBILE, a_wish, promise

__all__ = ["agent", "line_house"]

SECONDS = 7


async def deeds(house: LineHouse) -> list[tuple[str, str]]:
    return [(entry.action, entry.subject) for entry in (await list_audit(house.accounts)).entries]


async def leave_message(house: LineHouse) -> None:
    """A caller leaves a message, and the job has fetched it."""
    town = build_town({"/voice/incoming": BYE})
    call = await call_in(town.exchange, town.account, Ends(CALLER, NUMBER))
    sid = keep_recording(town.exchange, call, SECONDS, Hook("")).sid
    await town.pass_time(60)
    await voicemails.keep_voicemail(house.safe, sid, language="ru", topic="other", seconds=SECONDS)
    assert await voicemails.fetch_voicemails(house.safe, town.rest) == 1


async def test_a_message_is_heard_on_the_record_and_then_destroyed(line_house: LineHouse, agent: Visit) -> None:
    await leave_message(line_house)
    await agent.open("/line")
    for words in ("1 Nachricht", "Russisch", "0:07 Minuten", "wird gelöscht am 29.11.2026"):
        assert words in agent.text, words
    (address,) = re.findall(r'<audio [^>]*src="([^"]+)"', agent.page.text)
    assert not [deed for deed in await deeds(line_house) if deed[0] == Action.VOICEMAIL_OPENED]
    heard = await agent.client.get(address)
    assert heard.headers["content-type"] == "audio/wav"
    assert heard.headers["cache-control"] == "no-store"
    assert heard.content.startswith(b"RIFF")
    message = address.rpartition("=")[2]
    assert (Action.VOICEMAIL_OPENED, message) in await deeds(line_house)
    await agent.open(f"/line/voicemail/handled?id={message}")
    assert "Die Nachricht wird sofort und endgültig gelöscht." in agent.text
    await agent.send("/line/voicemail/handled", id=message)
    assert "Erledigt. Die Nachricht ist gelöscht." in agent.text
    assert "Keine Nachricht wartet." in agent.text
    assert (Action.VOICEMAIL_HANDLED, message) in await deeds(line_house)
    for _ in range(2):
        await agent.open(address)
        assert "Diese Nachricht gibt es nicht mehr." in agent.text
        address = "/line/voicemail?id=none"
    await agent.send("/line/voicemail/handled", id=message)
    assert "Diese Nachricht gibt es nicht mehr." in agent.text


async def test_a_message_that_is_still_at_the_provider_cannot_be_played(line_house: LineHouse, agent: Visit) -> None:
    await voicemails.keep_voicemail(line_house.safe, "RE" + "0" * 32, language="tr")
    await agent.open("/line")
    assert "wird noch geholt" in agent.text
    assert "<audio" not in agent.page.text


async def test_a_callback_shows_its_word_and_never_a_number(line_house: LineHouse, agent: Visit) -> None:
    await promise(line_house.safe, wish=a_wish(line_house.safe, "ar"), word="word1")
    await agent.open("/line")
    for words in ("1 Rückruf", "so bald wie möglich", "nur die Person selbst", "0 Versuche", "(Apfel)"):
        assert words in agent.text, words
    assert '<bdi lang="ar"' in agent.page.text
    for part in (MOBILE, MOBILE[3:], MOBILE[-6:]):
        assert part not in agent.page.text


async def test_a_due_callback_is_offered_like_a_call(line_house: LineHouse, agent: Visit) -> None:
    await promise(line_house.safe, wish=a_wish(line_house.safe, "ar"))
    await callbacks.put_due_in_line(line_house.safe)
    await agent.open("/line")
    assert "Rückruf" in agent.text.partition("Wer wartet")[2].partition("Rückrufe und Nachrichten")[0]
    await agent.send("/line/status", status="ready")
    await line_house.offer()
    await agent.open("/line")
    assert "Rückruf: Arabisch" in agent.text


async def test_a_callback_that_nobody_wants_any_more_is_deleted(line_house: LineHouse, agent: Visit) -> None:
    made = await promise(line_house.safe)
    await agent.open(f"/line/callback/withdraw?id={made.id}")
    assert "Rückruf löschen?" in agent.text
    await agent.send("/line/callback/withdraw", id=str(made.id))
    assert "Der Rückruf ist gelöscht." in agent.text
    assert (Action.CALLBACK_WITHDRAWN, str(made.id)) in await deeds(line_house)
    assert not await callbacks.callback_exists(line_house.safe, MOBILE)
    await agent.send("/line/callback/withdraw", id=str(made.id))
    assert "Diesen Rückruf gibt es nicht mehr." in agent.text
    await agent.open("/line/callback/withdraw")
    assert "Diesen Rückruf gibt es nicht mehr." in agent.text
