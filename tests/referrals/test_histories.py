"""Random histories of the room on the real database, held against a model that says what may follow what."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.kit.reach import EVERYTHING, Reach, open_database, transaction
from app.referrals import service
from app.referrals.handing import claim_due, mark_delivered
from app.referrals.models import Answered, DeclineReason, Notice, Payload, ReferralState, Side
from app.referrals.refusals import (
    Erased,
    ForwardingNotConsented,
    NoAgreement,
    ReferralRefused,
    ReferralUnknown,
    TransitionRefused,
)
from app.referrals.service import Referrals
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.moving import MovableClock
from tests.referrals.cast import AGENT, CENTRES, LEIPZIG, MUNICH, OFFICE, REACH, STAFF, agree, consent, open_room

S = ReferralState
# The way of a referral in the words of the promise, written down apart from the program's own table.
MAY_FOLLOW: dict[ReferralState, set[ReferralState]] = {
    S.REQUESTED: {S.DELIVERED, S.RECEIVED, S.FORWARDED, S.EXPIRED, S.WITHDRAWN},
    S.DELIVERED: {S.RECEIVED, S.FORWARDED, S.EXPIRED, S.WITHDRAWN},
    S.RECEIVED: {S.ACCEPTED, S.DECLINED, S.FORWARDED, S.EXPIRED, S.WITHDRAWN},
    S.ACCEPTED: {S.DECLINED, S.FORWARDED, S.CONTACTED, S.EXPIRED, S.WITHDRAWN},
    S.DECLINED: {S.ACCEPTED, S.FORWARDED, S.WITHDRAWN},
    S.CONTACTED: {S.COMPLETED, S.EXPIRED, S.WITHDRAWN},
    S.COMPLETED: {S.WITHDRAWN},
    S.EXPIRED: {S.WITHDRAWN},
    S.FORWARDED: set(),
    S.WITHDRAWN: set(),
}
GONE = {S.FORWARDED, S.WITHDRAWN}
READABLE = {S.RECEIVED, S.ACCEPTED, S.DECLINED, S.CONTACTED, S.COMPLETED}


@dataclass
class Modelled:
    """What the model knows of one referral."""

    centre: str
    state: ReferralState
    payload: Payload
    code: str
    forwarding: bool
    origin: bytes | None


@dataclass
class History:
    """A room, its model, and every transition that was seen."""

    referrals: Referrals
    clock: MovableClock
    known: dict[UUID, Modelled] = field(default_factory=dict)
    steps: list[tuple[UUID, Notice, bool]] = field(default_factory=list)

    def pick(self, place: int) -> UUID | None:
        return list(self.known)[place % len(self.known)] if self.known else None

    async def make(self, place: int) -> None:
        centre = list(CENTRES)[place % 3]
        origin = b"call:%d" % (place % 4) if place % 2 else None
        payload = Payload(
            number=f"+4930231250{place % 90 + 10}" if place % 3 else None, language="tr", topic="about_return"
        )
        twin = next((id_ for id_, one in self.known.items() if origin and one.origin == origin), None)
        made = await service.refer(
            self.referrals,
            centre_id=centre,
            payload=payload,
            consent=consent(self.clock(), forwarding=place % 5 != 0),
            by="caller",
            origin=origin,
        )
        assert made.again == (twin is not None)
        if twin is not None:
            assert made.referral.id == twin
            assert made.code == next(one.code for one in self.known.values() if one.origin == origin)
            return
        self.known[made.referral.id] = Modelled(centre, made.referral.state, payload, made.code, place % 5 != 0, origin)

    async def move(
        self, place: int, to: ReferralState, verb: Callable[..., Awaitable[Answered]], **more: object
    ) -> None:
        """An answer of the centre that has it: it changes what may change, repeats nothing, and else is refused."""
        id_ = self.pick(place)
        if id_ is None:
            return
        one = self.known[id_]
        try:
            answered = await verb(self.referrals, REACH[one.centre], id_, by=STAFF[one.centre], **more)
        except TransitionRefused:
            assert to not in MAY_FOLLOW[one.state]
            assert to is not one.state
            return
        assert answered.changed == (one.state is not to)
        assert to is one.state or to in MAY_FOLLOW[one.state]
        assert answered.referral.state is to
        one.state = to

    async def forward(self, place: int) -> None:
        id_ = self.pick(place)
        if id_ is None:
            return
        one = self.known[id_]
        centre = list(CENTRES)[place % 2]
        by_hotline = place % 3 == 0
        reach: Reach = EVERYTHING if by_hotline else REACH[one.centre]
        allowed = S.FORWARDED in MAY_FOLLOW[one.state] and (by_hotline or one.state in {S.RECEIVED, S.ACCEPTED})
        try:
            done = await service.forward(self.referrals, reach, id_, by=AGENT, to_centre_id=centre)
        except TransitionRefused:
            assert not allowed
        except ForwardingNotConsented:
            assert not one.forwarding
        except NoAgreement:
            assert centre == one.centre
        else:
            assert done.changed == (one.state is not S.FORWARDED)
            if done.changed:
                assert allowed
                new = done.referral.forwarded_to
                assert new is not None
                told = S.REQUESTED if centre == LEIPZIG else S.DELIVERED
                self.known[new] = Modelled(centre, told, one.payload, one.code, one.forwarding, None)
                one.state = S.FORWARDED

    async def withdraw(self, place: int) -> None:
        id_ = self.pick(place)
        code = self.known[id_].code if id_ is not None else "0000000000"
        holder = [one for one in self.known.values() if one.code == code and one.state is not S.FORWARDED]
        found = await service.withdraw_by_code(self.referrals, code, source=f"person:{place}:{self.clock()}")
        assert found == bool(holder)
        for one in holder:
            one.state = S.WITHDRAWN

    async def write(self, place: int) -> None:
        id_ = self.pick(place)
        if id_ is not None:
            one = self.known[id_]
            try:
                await service.write_message(
                    self.referrals, REACH[one.centre], id_, side=Side.CENTRE, by=STAFF[one.centre], text="Frage"
                )
            except Erased:
                assert one.state in GONE
            else:
                assert one.state not in GONE

    async def go_on(self, hours: int) -> None:
        """Time passes and the calendar is looked at by two at once: each step comes once."""
        self.clock.go_on(hours=hours)
        while found := [step for steps in await asyncio.gather(self._due(), self._due()) for step in steps]:
            for id_, kind in found:
                one = self.known[id_]
                self.steps.append((id_, kind, one.state is S.RECEIVED))
                if kind is Notice.EXPIRED:
                    assert S.EXPIRED in MAY_FOLLOW[one.state]
                    one.state = S.EXPIRED
        assert len(self.steps) == len(set(self.steps))

    async def _due(self) -> list[tuple[UUID, Notice]]:
        async with transaction(self.referrals.database, EVERYTHING) as session:
            return [(due.referral_id, due.kind) for due in await claim_due(session, self.referrals, limit=3)]

    async def deliver(self, place: int) -> None:
        id_ = self.pick(place)
        if id_ is not None:
            one = self.known[id_]
            async with transaction(self.referrals.database, EVERYTHING) as session:
                marked = await mark_delivered(session, self.referrals, id_, one.centre)
            assert marked == (one.state is S.REQUESTED)
            one.state = S.DELIVERED if marked else one.state

    async def sweep(self, _place: int) -> None:
        await service.sweep(self.referrals)
        # Whoever takes note of a referral late has its next step due at once.
        await self.go_on(0)
        assert await service.overdue(self.referrals) == {"referrals": 0, "keys": 0, "steps": 0}
        for id_ in list(self.known):
            try:
                await service.get_referral(self.referrals, EVERYTHING, id_)
            except ReferralUnknown:
                del self.known[id_]

    async def rotate(self, _place: int) -> None:
        await service.rotate_keys(self.referrals, by="cli")

    async def check(self) -> None:
        """Each referral stands where the model says, and opens exactly where it should, with what was put in."""
        for id_, one in self.known.items():
            found = await service.get_referral(self.referrals, REACH[one.centre], id_)
            assert found.state is one.state
            try:
                payload = await service.open_payload(self.referrals, REACH[one.centre], id_, by=STAFF[one.centre])
            except ReferralRefused:
                assert one.state not in READABLE
            else:
                assert one.state in READABLE
                assert payload == one.payload


VERBS: dict[str, Callable[[History, int], Awaitable[None]]] = {
    "make": History.make,
    "deliver": History.deliver,
    "receive": lambda history, place: history.move(place, S.RECEIVED, service.receive),
    "accept": lambda history, place: history.move(place, S.ACCEPTED, service.accept),
    "decline": lambda history, place: history.move(
        place, S.DECLINED, service.decline, reason=list(DeclineReason)[place % 5]
    ),
    "contact": lambda history, place: history.move(place, S.CONTACTED, service.contact),
    "complete": lambda history, place: history.move(place, S.COMPLETED, service.complete),
    "forward": History.forward,
    "withdraw": History.withdraw,
    "write": History.write,
    "an hour": lambda history, _place: history.go_on(1),
    "days": lambda history, place: history.go_on(24 * (place % 40 + 1)),
    "sweep": History.sweep,
    "rotate": History.rotate,
}
COMMON = ("make", "receive", "accept", "contact", "complete", "decline")
HISTORIES = st.lists(
    st.tuples(st.sampled_from([*VERBS, *COMMON, *COMMON]), st.integers(0, 40)), min_size=4, max_size=14
)


@dataclass
class House:
    """A room on a loop of its own, in which one history after the other is lived."""

    runner: asyncio.Runner
    history: History

    def live(self, deeds: list[tuple[str, int]]) -> None:
        self.runner.run(self._live(deeds))

    async def _live(self, deeds: list[tuple[str, int]]) -> None:
        """Each history begins when nothing is left of the one before."""
        referrals, clock = self.history.referrals, self.history.clock
        clock.go_on(days=100)
        await service.sweep(referrals)
        history = History(referrals, clock)
        for verb, place in deeds:
            await VERBS[verb](history, place)
        await history.check()


@pytest.fixture
def house(database_urls: DatabaseUrls, tmp_path: Path) -> Iterator[House]:
    async def enter() -> Referrals:
        await empty_all_tables(database_urls)
        room = open_room(await open_database(database_urls.app), MovableClock(), tmp_path / "keys")
        await agree(room, MUNICH, OFFICE)
        await agree(room, LEIPZIG, email="post@beratung.example")
        return room

    with asyncio.Runner() as runner:
        room = runner.run(enter())
        clock = room.clock
        assert isinstance(clock, MovableClock)
        yield House(runner, History(room, clock))
        runner.run(room.database.close())


SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]


@settings(max_examples=40, suppress_health_check=SHARED)
@given(deeds=HISTORIES)
def test_every_history_goes_as_the_model_says(house: House, deeds: list[tuple[str, int]]) -> None:
    house.live(deeds)


@pytest.mark.long
@pytest.mark.timeout(7_200)
@settings(max_examples=10_000, suppress_health_check=SHARED)
@given(deeds=HISTORIES)
def test_ten_thousand_histories_go_as_the_model_says(house: House, deeds: list[tuple[str, int]]) -> None:
    house.live(deeds)
