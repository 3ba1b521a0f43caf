"""A centre's own entry: its hours, whom it takes and how to reach it, in its own words."""

from typing import Final

from app.accounts.audit import record
from app.accounts.models import Action, Actor
from app.kit.reach import Reach, transaction
from app.referrals import store
from app.referrals.means import Referrals
from app.referrals.models import Capacity, OwnEntry
from app.referrals.refusals import AgreementRefused
from app.referrals.tables import CentreEntryRow

_LONGEST_HOURS: Final = 500
_LONGEST_CONTACT: Final = 200


async def save_entry(  # noqa: PLR0913  All that a centre says of itself.
    referrals: Referrals,
    reach: Reach,
    centre_id: str,
    *,
    by: Actor,
    hours: str | None,
    capacity: Capacity,
    contact: str | None,
) -> OwnEntry:
    """Keeps the entry of a centre with an agreement within reach; raises AgreementRefused.

    Hours are in the syntax of OpenStreetMap, which the door reads back in words before it calls this.
    """
    row = CentreEntryRow(
        centre_id=centre_id,
        hours=_line(hours, _LONGEST_HOURS, "hours"),
        capacity=capacity.value,
        contact=_line(contact, _LONGEST_CONTACT, "contact"),
        updated_at=referrals.clock(),
        updated_by=str(by),
    )
    async with transaction(referrals.database, reach) as session:
        if await store.find_agreement(session, centre_id) is None:
            raise AgreementRefused("no-agreement-here", "There is no agreement with this centre.", field="centre_id")
        await store.save_entry(session, row)
        await record(session, referrals.accounts, by, Action.CENTRE_ENTRY_SAVED, centre_id)
    return _entry_of(row)


async def find_entry(referrals: Referrals, reach: Reach, centre_id: str) -> OwnEntry | None:
    """What the centre says of itself; None where it has not said anything, or is out of reach."""
    async with transaction(referrals.database, reach) as session:
        row = await store.find_entry(session, centre_id)
    return None if row is None else _entry_of(row)


def _line(text: str | None, most: int, field: str) -> str | None:
    """The text without spaces around it, None for an empty one; raises AgreementRefused."""
    text = (text or "").strip()
    if len(text) > most or not text.isprintable():
        raise AgreementRefused(f"{field}-malformed", f"This is one line of at most {most} characters.", field=field)
    return text or None


def _entry_of(row: CentreEntryRow) -> OwnEntry:
    return OwnEntry(
        centre_id=row.centre_id,
        hours=row.hours,
        capacity=Capacity(row.capacity),
        contact=row.contact,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )
