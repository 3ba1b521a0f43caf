"""Whole lives of referrals while everything fails: what was put into the outbox is neither lost nor doubled.

A history is one referral's life. Many run beside each other, through the same nodes, which are stopped in the middle
of what they do, and towards the same mail server, web server and telephone provider, which fail as the seed says.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from pathlib import Path
from random import Random
from uuid import UUID, uuid4

import pytest

from app.kit.reach import EVERYTHING, Database
from app.phone.exchange.unsteady import Faults
from app.referrals import service
from app.referrals.delivery import dispatch, list_dead_letters, retry, run_due
from app.referrals.models import DeclineReason, Referral, ReferralState
from app.referrals.outbox_tables import OutboxRow
from app.referrals.refusals import TransitionRefused
from app.referrals.text_messages import reference_of
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.referrals.delivery_house import House, open_house

WEB_MOODS = ("200", "200", "204", "500", "429", "301", "drop", "garbage")
MAIL_MOODS = ("ok", "ok", "busy", "drop", "take-and-drop")
PROVIDER_FAULTS = Faults(refused=0.1, overloaded=0.1, broken=0.1, silent=0.4, swallowed=0.1)
LIVES = 40


class Run:
    """One seed: so many lives, everything that happens to them, and what must hold at the end."""

    def __init__(self, house: House, seed: int) -> None:
        self.house = house
        self.random = Random(seed)  # noqa: S311  A reproducible run, not a secret.
        self.lives: list[Referral] = []

    async def begin(self) -> None:
        await self.house.agree()
        deeds: list[Callable[[], Awaitable[None]]] = [
            *[self.refer] * LIVES,
            *[self.answer] * LIVES,
            *[self.take_on] * LIVES,
            *[self.withdraw] * (LIVES // 5),
            *[self.send] * 8,
            *[self.crash] * 12,
            *[self.change_moods] * 8,
            *[self.wait] * 10,
        ]
        self.random.shuffle(deeds)
        for deed in deeds:
            await deed()

    async def refer(self) -> None:
        place = len(self.lives)
        number = f"+4917604069{place:03}"
        self.lives.append(await self.house.refer(sms=self.random.random() < 0.8, number=number))

    async def answer(self) -> None:
        """A deed of the centre, in any order, late and twice; where the way does not lead it is refused."""
        if not self.lives:
            return
        referral = self.random.choice(self.lives)
        verb = self.random.choice([service.receive, service.accept, self._decline, service.contact, service.complete])
        for _ in range(self.random.choice([1, 1, 2])):
            with suppress(TransitionRefused):
                await verb(self.house.referrals, EVERYTHING, referral.id, by=uuid4())

    async def take_on(self) -> None:
        """A centre does what centres mostly do."""
        if self.lives:
            referral = self.random.choice(self.lives)
            with suppress(TransitionRefused):
                await self.house.answer(referral, "receive", "accept")

    async def _decline(self, referrals: service.Referrals, reach: object, referral_id: UUID, *, by: UUID) -> object:
        reason = DeclineReason.NO_CAPACITY
        return await service.decline(referrals, reach, referral_id, by=by, reason=reason)  # type: ignore[arg-type]

    async def withdraw(self) -> None:
        if self.lives:
            with suppress(TransitionRefused):
                await service.withdraw(self.house.referrals, EVERYTHING, self.random.choice(self.lives).id, by="caller")

    async def send(self) -> None:
        """One to three nodes send at once."""
        await asyncio.gather(*(dispatch(self.house.post) for _ in range(self.random.randint(1, 3))))

    async def crash(self) -> None:
        """A node is stopped wherever it happens to be."""
        node = asyncio.create_task(dispatch(self.house.post))
        await asyncio.sleep(self.random.random() ** 2 * 0.2)
        node.cancel()
        with suppress(asyncio.CancelledError):
            await node

    async def change_moods(self) -> None:
        self.house.web.mood = lambda: self.random.choice(WEB_MOODS)
        self.house.mail.mood = lambda: self.random.choice(MAIL_MOODS)
        self.house.with_faults(PROVIDER_FAULTS, self.random.randrange(10_000))

    async def wait(self) -> None:
        """Some time passes, mostly minutes, now and then days, and what is due is done by two nodes at once."""
        self.house.clock.go_on(minutes=self.random.choice([1, 3, 3, 10, 30, 60 * 24, 60 * 24 * 3]))
        await asyncio.gather(*(run_due(self.house.post) for _ in range(2)))

    async def end(self) -> None:
        """Everything works again, and what was given up is tried anew."""
        self.house.web.mood, self.house.mail.mood = (lambda: "200"), (lambda: "ok")
        self.house.with_faults(Faults())
        await self.house.run()
        await retry(self.house.referrals.database, None, self.house.clock)
        await self.house.run()

    async def check(self) -> None:
        rows = await self.house.rows()
        taken = Counter(self.house.told()), Counter(self.house.mailed())
        for row in rows:
            self._check_row(row, *taken)
        ids = {str(row.id) for row in rows if row.way == "webhook"}
        assert set(taken[0]) <= ids
        assert len(taken[1]) <= sum(1 for row in rows if row.way == "email")
        assert len({(row.referral_id, row.way, row.kind) for row in rows}) == len(rows)
        await self._check_lives(rows)
        dead = await list_dead_letters(self.house.referrals.database)
        assert {letter.reason for letter in dead} <= {"unknown-whether-sent"}

    def _check_row(self, row: OutboxRow, told: Counter[str], mailed: Counter[str]) -> None:
        """What is said to have been sent is there, once for each identifier; what is not said is not there."""
        assert row.state in {"done", "dead"}
        if row.way == "sms":
            mine = sum(f"({reference_of(row.id)})" in words for _, words in self.house.texts())
            assert mine <= 1, "a text message was doubled"
            assert mine == 1 or row.outcome not in {"sent", "found"}, "a text message was lost"
            assert mine == 0 or row.outcome != "unwished"
            return
        came = told[str(row.id)] if row.way == "webhook" else mailed[f"<{row.id}@hotline.example>"]
        assert came >= 1 or row.outcome != "sent", f"{row.kind} by {row.way} was lost"
        assert row.outcome in {"sent", "needless"}

    async def _check_lives(self, rows: Sequence[OutboxRow]) -> None:
        """Each centre was told of each referral, unless its end came first."""
        for life in self.lives:
            now = await self.house.see(life)
            first = [row for row in rows if (row.referral_id, row.kind) == (life.id, "requested")]
            assert {row.way for row in first} == {"email", "webhook"}
            if any(row.outcome == "sent" for row in first):
                assert now.state is not ReferralState.REQUESTED
            else:
                # Nobody need be told of what has ended, or of what the centre has found by itself.
                assert now.ended_at is not None or now.received_at is not None
        for posted in self.house.web.taken:
            assert set(json.loads(posted.body)) == {"type", "timestamp", "data"}


async def live(urls: DatabaseUrls, database: Database, folder: Path, seed: int) -> int:
    """Runs a seed on empty tables; returns how many histories it was."""
    await empty_all_tables(urls)
    async with open_house(database, folder / str(seed)) as house:
        run = Run(house, seed)
        await run.begin()
        await run.end()
        await run.check()
        return len(run.lives)


@pytest.mark.parametrize("seed", range(5))
async def test_nothing_is_lost_or_doubled(
    database_urls: DatabaseUrls, database: Database, tmp_path: Path, seed: int
) -> None:
    assert await live(database_urls, database, tmp_path, seed) == LIVES


@pytest.mark.long
@pytest.mark.timeout(3_600)
async def test_nothing_is_lost_or_doubled_in_ten_thousand_lives(
    database_urls: DatabaseUrls, database: Database, tmp_path: Path
) -> None:
    lives = 0
    for seed in range(1_000, 1_250):
        lives += await live(database_urls, database, tmp_path, seed)
    assert lives == 10_000
