"""The router of the portal, who may enter, and how far their sight reaches."""

from pathlib import Path
from typing import Final
from uuid import UUID

from babel import Locale

from app.accounts.models import Role
from app.centres.models import Directory
from app.kit.extent import Reach
from app.referrals import service
from app.referrals.service import Referrals
from app.shell.access import only
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.registry import PageRouter

_FOLDER: Final = Path(__file__).parent
router = PageRouter("portal", templates=_FOLDER / "templates", static=_FOLDER / "static")
STAFF: Final = only(Role.CENTRE_STAFF)
INBOX: Final = "/portal"


async def reach_of(ask: Ask) -> Reach:
    """The sites of the person's centre or operator, and nothing else."""
    return await service.reach_of_staff(ask.given(Referrals), ask.person().centre_id or "")


async def sites_of(ask: Ask) -> list[tuple[str, str]]:
    """The person's sites by id and name, in the order of their names."""
    ids = await service.list_sites(ask.given(Referrals), ask.person().centre_id or "")
    return sorted(((id_, centre_name(ask, id_)) for id_ in ids), key=lambda site: site[1].casefold())


def centre_name(ask: Ask, centre_id: str) -> str:
    """The centre's name, and its town where the name lacks it; the id of one that the directory no longer has."""
    centre = ask.given(Directory).centres.get(centre_id)
    if centre is None:
        return centre_id
    return f"{centre.name}, {centre.city}" if centre.city and centre.city not in centre.name else centre.name


def language_name(ask: Ask, code: str) -> str:
    """A language of a caller by its name in the reader's language; Kurmanji is the Kurdish that callers speak."""
    return str(Locale.parse(ask.language).languages.get("ku" if code == "kmr" else code, code))


def asked_id(ask: Ask) -> UUID:
    """The id in the address; raises Missing where it is none."""
    try:
        return UUID(ask.path["id"])
    except ValueError:
        raise Missing from None
