"""The demo's people, one for each role, in whose place anybody may look around; they exist nowhere else."""

from collections.abc import Mapping
from typing import Final
from uuid import uuid4

from app.accounts import store
from app.accounts.audit import record
from app.accounts.means import Accounts
from app.accounts.models import CLI, Action, Person, Role, SignedIn, SignIn, Stage, State
from app.accounts.refusals import DemoOnly
from app.accounts.sessions import begin_session
from app.accounts.tables import PersonRow
from app.kit.reach import EVERYTHING, transaction

# An operator with several sites, so that its staff see what belongs together and nothing else.
DEMO_CENTRE: Final = "operator:demo"
_NAMES: Final[Mapping[Role, str]] = {
    Role.AGENT: "Amina Beispiel",
    Role.SUPERVISOR: "Sören Beispiel",
    Role.EDITOR: "Edda Beispiel",
    Role.CENTRE_STAFF: "Zeynep Beispiel",
    Role.REVIEWER: "Rosa Beispiel",
    Role.ADMINISTRATOR: "Ada Beispiel",
}


async def seed_demo_people(accounts: Accounts, *, centre_id: str = DEMO_CENTRE) -> list[Person]:
    """One person for each role, of whom the centre staff belongs to the given centre; repeating changes nothing."""
    if not accounts.demo:
        raise DemoOnly
    async with transaction(accounts.database, EVERYTHING) as session:
        await store.lock_administrators(session, demo=True)
        for role in Role:
            if await store.find_demo_person(session, role) is None:
                row = _demo_person(accounts, role, centre_id)
                await store.add_person(session, row)
                await record(session, accounts, CLI, Action.PERSON_ADDED, row.id, role=role, sign_in=SignIn.PASSWORD)
        return [person for person in await store.list_people(session) if person.demo]


async def enter_as_demo(accounts: Accounts, role: Role) -> SignedIn:
    """A full session as the demo's person of that role; raises DemoOnly."""
    if not accounts.demo:
        raise DemoOnly
    async with transaction(accounts.database, EVERYTHING) as session:
        person = await store.find_demo_person(session, role)
        if person is None:
            raise DemoOnly
        await record(session, accounts, person.id, Action.DEMO_ENTERED, person.id, role=role)
        return await begin_session(session, accounts, person, Stage.FULL)


async def demo_people_exist(accounts: Accounts) -> bool:
    """Whether the database holds people of the demo, which production should not be started on."""
    async with transaction(accounts.database, EVERYTHING) as session:
        people = await store.list_people(session)
    return any(person.demo for person in people)


def _demo_person(accounts: Accounts, role: Role, centre_id: str) -> PersonRow:
    """Nobody can log in as such a person: there is no password."""
    return PersonRow(
        id=uuid4(),
        login=f"demo-{role}",
        display_name=_NAMES[role],
        role=role.value,
        centre_id=centre_id if role is Role.CENTRE_STAFF else None,
        language="de",
        sign_in=SignIn.PASSWORD.value,
        state=State.ACTIVE.value,
        demo=True,
        created_at=accounts.clock(),
        created_by=CLI,
    )
