"""Delivery through the real wire: what a deed puts into the outbox arrives, and says nothing about a caller."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from structlog.testing import capture_logs

from app.kit.reach import EVERYTHING, Database
from app.referrals import service
from app.referrals.delivery import count_dead_letters, dispatch, list_dead_letters, retry, run_due
from app.referrals.models import Side
from app.referrals.webhook_signature import read_secret, signed_headers
from tests.referrals.delivery_house import BASE_URL, CENTRE, MOBILE, OTHER, House, open_house


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(database, tmp_path / "keys") as opened:
        yield opened


async def test_a_new_referral_reaches_the_centre_by_e_mail_and_webhook(house: House) -> None:
    await house.agree()
    referral = await house.refer()
    assert (await house.see(referral)).state == "requested"
    await house.run()
    assert (await house.see(referral)).state == "delivered"
    assert house.mail.recipients == [f"post@{CENTRE}.example"]
    [message], [posted] = house.mail.taken, house.web.taken
    told = json.loads(posted.body)
    assert told["type"] == "referral.requested"
    assert told["data"] | {"state": "requested"} == {
        "referral": str(referral.id),
        "centre": CENTRE,
        "state": "requested",
        "receive_by": referral.received_by.isoformat(),
        "answer_by": referral.answered_by.isoformat(),
        "portal": f"{BASE_URL}/portal",
    }
    for text in (posted.body.decode(), str(message), json.dumps(posted.headers)):
        assert MOBILE[1:] not in text
        assert MOBILE[3:] not in text
    assert str(referral.id) not in message.get_content()


async def test_a_centre_that_looks_by_itself_is_told_nothing(house: House) -> None:
    await house.agree(mail=False, web=False)
    referral = await house.refer()
    await house.run()
    assert (await house.see(referral)).state == "delivered"
    assert (house.mail.taken, house.web.posted) == ([], [])
    assert await house.outcomes() == {("requested", way, "done", "shown") for way in ("email", "webhook")}


async def test_a_centre_with_one_way_is_told_by_that_way(house: House) -> None:
    await house.agree(web=False)
    await house.agree(OTHER, mail=False)
    await house.refer()
    await house.refer(OTHER)
    await house.run()
    assert house.mail.recipients == [f"post@{CENTRE}.example"]
    assert [json.loads(posted.body)["data"]["centre"] for posted in house.web.taken] == [OTHER]


async def test_in_the_demonstration_e_mails_go_nowhere(database: Database, tmp_path: Path) -> None:
    async with open_house(database, tmp_path / "keys", demo=True) as house:
        await house.agree(web=False)
        referral = await house.refer()
        await house.run()
        assert house.mail.taken == []
        assert ("requested", "email", "done", "demo") in await house.outcomes()
        assert (await house.see(referral)).state == "delivered"


async def test_servers_that_fail_are_tried_again_until_they_take_it(house: House) -> None:
    await house.agree()
    webs, mails = iter(["500", "drop", "garbage", "429", "200"]), iter(["busy", "drop", "ok", "take-and-drop"])
    house.web.mood = lambda: next(webs, "200")
    house.mail.mood = lambda: next(mails, "ok")
    referral = await house.refer()
    await house.run()
    assert (await house.see(referral)).state == "delivered"
    # Each try of one notice can be known by the receiver: the identifier is the same.
    assert len(house.web.posted) == 5
    assert len({posted.headers["webhook-id"] for posted in house.web.posted}) == 1
    assert len(set(house.mailed())) == 1
    assert await count_dead_letters(house.referrals.database) == 0


async def test_the_pauses_between_tries_grow_and_end_with_an_alarm(house: House) -> None:
    await house.agree(mail=False)
    house.web.mood = lambda: "503"
    referral = await house.refer()
    began = house.clock()
    with capture_logs() as log:
        await house.run()
    assert len(house.web.posted) == 12
    hours = (house.clock() - began).total_seconds() / 3600
    assert 8 < hours < 18
    assert (await house.see(referral)).state == "requested"
    [dead] = await list_dead_letters(house.referrals.database)
    assert (dead.referral_id, dead.way, dead.tries, dead.reason) == (referral.id, "webhook", 12, "status-503")
    assert [line["event"] for line in log] == ["dead letter"]
    assert {"way", "kind", "centre", "reason"} < set(log[0])
    house.web.mood = lambda: "200"
    assert await retry(house.referrals.database, dead.id, house.clock) == 1
    await house.run()
    assert (await house.see(referral)).state == "delivered"
    assert await count_dead_letters(house.referrals.database) == 0
    assert await retry(house.referrals.database, None, house.clock) == 0


async def test_a_recipient_that_does_not_exist_is_a_dead_letter_at_once(house: House) -> None:
    await house.agree(web=False)
    house.mail.mood = lambda: "refuse-recipient"
    await house.refer()
    await house.run()
    [dead] = await list_dead_letters(house.referrals.database)
    assert (dead.way, dead.tries, dead.reason) == ("email", 1, "mail-recipient-550")


async def test_without_a_mail_server_an_e_mail_waits_and_then_alarms(house: House) -> None:
    await house.agree(web=False)
    house.post = replace(house.post, mailer=None)
    await house.refer()
    await house.run()
    [dead] = await list_dead_letters(house.referrals.database)
    assert dead.reason == "no-mail-server"


async def test_what_is_withdrawn_before_it_left_is_not_told(house: House) -> None:
    await house.agree()
    referral = await house.refer()
    await service.withdraw(house.referrals, EVERYTHING, referral.id, by="caller")
    await house.run()
    assert (house.mail.taken, house.web.posted, house.texts()) == ([], [], [])
    assert {outcome for *_, outcome in await house.outcomes()} == {"needless"}


async def test_a_centre_that_was_told_hears_of_the_withdrawal_and_nobody_else_does(house: House) -> None:
    await house.agree()
    referral = await house.refer()
    await house.run()
    await house.answer(referral, "receive", "accept")
    await house.run()
    await service.withdraw(house.referrals, EVERYTHING, referral.id, by="caller")
    texts = house.texts()
    await house.run()
    assert [json.loads(posted.body)["type"] for posted in house.web.taken] == [
        "referral.requested",
        "referral.withdrawn",
    ]
    assert len(house.mail.taken) == 2
    assert house.texts() == texts


async def test_the_centre_that_gets_a_forwarded_referral_is_told(house: House) -> None:
    await house.agree()
    await house.agree(OTHER)
    referral = await house.refer()
    await house.run()
    await service.receive(house.referrals, EVERYTHING, referral.id, by="cli")
    await service.forward(house.referrals, EVERYTHING, referral.id, by="cli", to_centre_id=OTHER)
    await house.run()
    told = [json.loads(posted.body)["data"]["centre"] for posted in house.web.taken]
    assert told == [CENTRE, OTHER]


async def test_a_message_of_the_hotline_is_announced_each_time(house: House) -> None:
    await house.agree(mail=False)
    referral = await house.refer()
    await house.run()
    for text in ("Bitte melden Sie sich.", "Danke."):
        await service.write_message(house.referrals, EVERYTHING, referral.id, side=Side.HOTLINE, by=uuid4(), text=text)
        await house.run()
    types = [json.loads(posted.body)["type"] for posted in house.web.taken]
    assert types == ["referral.requested", *["referral.message-to-centre"] * 2]
    assert "Bitte" not in house.web.taken[1].body.decode()


async def test_reminders_escalation_and_end_come_once_however_many_nodes_ask(house: House) -> None:
    await house.agree()
    referral = await house.refer()
    await house.run()
    for _ in range(70):
        await asyncio.gather(*(run_due(house.post) for _ in range(3)))
        await house.run()
        house.clock.go_on(days=1)
    assert (await house.see(referral)).state == "expired"
    types = [json.loads(posted.body)["type"] for posted in house.web.taken]
    assert types == ["referral.requested", "referral.remind-receive", "referral.expired"]
    assert len(house.mail.taken) == 3
    # The end is told to the caller, too, who wished it.
    assert [words for _, words in house.texts()] == [words for _, words in house.texts() if "Nachricht" in words]


async def test_a_reminder_that_came_too_late_is_not_sent(house: House) -> None:
    await house.agree()
    referral = await house.refer()
    await house.run()
    house.clock.at = referral.received_by
    assert await run_due(house.post) == 1
    await house.answer(referral, "receive")
    await house.run()
    assert len(house.web.taken) == 1
    assert ("remind-receive", "email", "done", "needless") in await house.outcomes()


async def test_while_a_secret_is_replaced_both_sign(house: House) -> None:
    await house.agree(mail=False)
    secrets = [await service.set_webhook_secret(house.referrals, by="cli", centre_id=CENTRE) for _ in range(2)]
    await house.refer()
    await house.run()
    house.clock.go_on(days=8)
    await house.refer()
    await house.run()
    during, after = house.web.taken
    assert len(during.headers["webhook-signature"].split()) == 2
    at = house.clock()
    newest = signed_headers(after.headers["webhook-id"], at, after.body, [read_secret(secrets[-1])])
    assert after.headers["webhook-signature"] == newest["webhook-signature"]


async def test_one_row_that_cannot_be_prepared_keeps_nobody_waiting(house: House, tmp_path: Path) -> None:
    await house.agree()
    broken = await house.refer()
    await house.run()
    await house.answer(broken, "receive", "accept")
    sound = await house.refer()
    for key in (tmp_path / "keys").glob("*-W*.key"):
        key.unlink()
    await house.run()
    assert (await house.see(sound)).state == "delivered"
    [dead] = await list_dead_letters(house.referrals.database)
    assert (dead.way, dead.reason) == ("sms", "fault-KeyMissing")


async def test_many_nodes_send_each_row_once(house: House, plain: asyncpg.Connection) -> None:
    await house.agree(mail=False)
    for _ in range(60):
        await house.refer(sms=False)
    nodes = [dispatch(house.post, most=100) for _ in range(2)]
    await asyncio.gather(*nodes)
    ids = [posted.headers["webhook-id"] for posted in house.web.posted]
    assert len(ids) == len(set(ids)) == 60
    assert await plain.fetchval("SELECT max(tries) FROM referral_outbox WHERE way = 'webhook'") == 1


async def test_no_row_and_no_line_of_the_log_holds_anything_of_a_caller(
    house: House, plain: asyncpg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    await house.agree()
    house.mail.mood = lambda: "refuse-recipient"
    house.web.mood = lambda: "410"
    with caplog.at_level(logging.DEBUG), capture_logs() as log:
        referral = await house.refer(language="tr")
        await house.run()
        await house.answer(referral, "receive", "accept")
        await house.run()
    assert len(house.texts()) == 1
    rows = await plain.fetch("SELECT t::text FROM referral_outbox t UNION ALL SELECT t::text FROM text_message_sent t")
    assert len(rows) == 4
    written = " ".join(row[0] for row in rows)
    # The mail server of the tests writes down whatever it hears.
    lines = [record.getMessage() for record in caplog.records if not record.name.startswith("mail.")]
    own = " ".join([*lines, str(log)])
    for text in (written, own):
        assert MOBILE[1:] not in text
        assert MOBILE[3:] not in text
        assert MOBILE.encode().hex() not in text
        assert f"post@{CENTRE}" not in text
