"""The router of the administration, and who may enter."""

from pathlib import Path
from typing import Final
from uuid import UUID

from app.accounts.models import Role
from app.shell.access import only
from app.shell.ask import Ask
from app.shell.faults import Missing
from app.shell.registry import PageRouter

_FOLDER: Final = Path(__file__).parent
router = PageRouter("administration", templates=_FOLDER / "templates", static=_FOLDER / "static")
ADMINISTRATORS: Final = only(Role.ADMINISTRATOR)


def asked_id(ask: Ask) -> UUID:
    """The id in the address; raises Missing where it is none."""
    try:
        return UUID(ask.path["id"])
    except ValueError:
        raise Missing from None
