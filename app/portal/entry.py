"""What a centre says of itself: when it is open, whether it takes new people, how it is reached."""

from typing import ClassVar, Final

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from app.kit.clock import today_in_germany
from app.portal.door import INBOX, STAFF, reach_of, router, sites_of
from app.portal.opening_words import Day, HoursUnreadable, next_days
from app.referrals import service
from app.referrals.models import Capacity, OwnEntry
from app.referrals.refusals import AgreementRefused
from app.referrals.service import Referrals
from app.shell.answers import Answer, Flash, Page, Redirect
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu

_ENTRY: Final = f"{INBOX}/entry"


class Entry(FormModel):
    """A centre's own words; an empty field is left to what the directory says."""

    words: ClassVar[str] = "portal.entry"
    site: str = Field(min_length=1, max_length=100)
    hours: str = Field(default="", max_length=200)
    capacity: Capacity = Capacity.NOW
    contact: str = Field(default="", max_length=200)

    @field_validator("hours")
    @classmethod
    def _readable(cls, hours: str) -> str:
        try:
            next_days(hours, today_in_germany())
        except HoursUnreadable:
            raise PydanticCustomError("portal.entry.hours.unreadable", "") from None
        return hours


@router.page(_ENTRY, access=STAFF, title="portal.entry.title", menu=Menu("work", 50), parent=INBOX)
async def entry(ask: Ask) -> Answer:
    sites = await sites_of(ask)
    if not sites:
        return Page("no_site.html")
    site = next((id_ for id_, _ in sites if id_ == ask.query.get("site")), sites[0][0])
    kept = await service.find_entry(ask.given(Referrals), await reach_of(ask), site)
    return await _shown(ask, sites, _filled(site, kept), kept)


@router.deed(_ENTRY, access=STAFF, back=_ENTRY)
async def save(ask: Ask) -> Answer:
    form, sites = ask.read(Entry), await sites_of(ask)
    if form.value is None:
        return await _shown(ask, sites, form, None)
    value = form.value
    if value.site not in {id_ for id_, _ in sites}:
        raise Missing
    try:
        await service.save_entry(
            ask.given(Referrals),
            await reach_of(ask),
            value.site,
            by=ask.person().person_id,
            hours=value.hours or None,
            capacity=value.capacity,
            contact=value.contact or None,
        )
    except AgreementRefused as refused:
        field = refused.field if refused.field in {"hours", "contact"} else ""
        return await _shown(ask, sites, form.refused(field, f"portal.refused.{refused.code}"), None)
    return Redirect(f"{_ENTRY}?site={value.site}", flash=Flash("portal.entry.saved"))


async def _shown(ask: Ask, sites: list[tuple[str, str]], form: Form[Entry], kept: OwnEntry | None) -> Page:
    context = {
        "sites": sites,
        "kept": kept,
        "days": _days(kept),
        "capacities": [(one.value, ask.translate(f"portal.capacity.{one.value}")) for one in Capacity],
    }
    return Page("entry.html", context, form=form)


def _filled(site: str, kept: OwnEntry | None) -> Form[Entry]:
    if kept is None:
        return blank(Entry, site=site)
    return blank(Entry, site=site, hours=kept.hours or "", capacity=kept.capacity, contact=kept.contact or "")


def _days(kept: OwnEntry | None) -> tuple[Day, ...]:
    if kept is None or not kept.hours:
        return ()
    try:
        return next_days(kept.hours, today_in_germany())
    except HoursUnreadable:
        return ()
