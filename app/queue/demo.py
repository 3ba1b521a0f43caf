"""The demonstration's agents, shifts and interpreters, all made up; production takes no notice of them."""

from collections.abc import Iterable, Mapping
from datetime import time
from typing import Final
from uuid import UUID, uuid5

from app.queue import service
from app.queue.models import Interpreter, Line, Shift, Skills

_WORKDAYS: Final = range(5)
# Between them they speak the languages of the line; by the order of who is given.
_SKILLS: Final = (
    Skills({"ar": 3, "de": 2, "en": 2, "fr": 1}, woman=True, land="DE-BE"),
    Skills({"de": 3, "en": 2, "tr": 2, "ru": 2}, land="DE-SN"),
)
_HOURS: Final = ((time(8), time(18)), (time(9), time(15)))
# The Federal Network Agency keeps 030 23125 000 to 999 free for films and the like: nobody has such a number.
_INTERPRETERS: Final[Mapping[str, tuple[tuple[str, ...], str, str | None]]] = {
    "Sprachdienst Beispiel": (("ti", "am", "so"), "+493023125601", "Mo-Fr 08:00-20:00"),
    "Yusuf Beispiel": (("ar", "kmr", "ckb"), "+493023125602", None),
    "Nino Beispiel": (("ka", "ru", "hy"), "+493023125603", None),
}
# Any fixed id does: it makes the interpreters the same at each start.
_NAMES: Final = UUID("5ab2f9b4-8e0f-4d0c-9f1e-1f5f2f0c6a11")


async def prepare_demo(line: Line, agents: Iterable[UUID]) -> None:
    """Languages and shifts for these people, and three interpreters; what was changed since stays."""
    known = await service.list_skills(line)
    for agent_id, skills, hours in zip(agents, _SKILLS, _HOURS, strict=False):
        if agent_id not in known:
            await service.set_skills(line, agent_id, skills)
            await service.set_shifts(line, agent_id, [Shift(day, *hours) for day in _WORKDAYS])
    if not known:
        for name, (languages, number, open_hours) in _INTERPRETERS.items():
            made = Interpreter(uuid5(_NAMES, name), name, languages, number, hours=open_hours)
            await service.save_interpreter(line, made)
