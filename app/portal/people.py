"""Who of the centre may enter the portal, and the centre's own figures."""

from typing import Final

from app.accounts import service as accounts_service
from app.accounts.models import Person
from app.kit.extent import only
from app.portal.door import INBOX, STAFF, reach_of, router
from app.referrals import service
from app.referrals.models import ReferralState
from app.referrals.service import Referrals
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.registry import Menu
from app.shell.tables import Badge, Column, Table

PEOPLE: Final = Table[Person](
    "portal.people",
    columns=(
        Column("name", lambda person: person.display_name, sort=lambda person: person.display_name.casefold()),
        Column("state", lambda person: Badge(person.state.value, "info"), words="people.state"),
        Column("since", lambda person: person.created_at, sort=lambda person: person.created_at),
    ),
)


@router.page("/portal/people", access=STAFF, title="portal.people.title", menu=Menu("work", 60), parent=INBOX)
async def people(ask: Ask) -> Answer:
    reach = only(ask.person().centre_id or "none")
    return Page("people.html", {"people": PEOPLE.show(ask, await accounts_service.list_people(ask.accounts, reach))})


@router.page("/portal/figures", access=STAFF, title="portal.figures.title", menu=Menu("work", 70), parent=INBOX)
async def figures(ask: Ask) -> Answer:
    """Only this centre's own: how quickly others answer is nobody's business."""
    found = await service.figures(ask.given(Referrals), await reach_of(ask))
    by_state = [(state.value, found.by_state.get(state, 0)) for state in ReferralState]
    most = max((count for _, count in by_state), default=0)
    context = {
        "by_state": by_state,
        "most": max(most, 1),
        "total": sum(count for _, count in by_state),
        "figures": found,
    }
    return Page("figures.html", context)
