"""How many people the line needs at which hour, worked out from calls, their length, and the target."""

from typing import ClassVar, Final

from markupsafe import Markup
from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from app.console.door import router
from app.console.line_door import LINE, SUPERVISORS
from app.queue.simulation.picture import StaffingWords, staffing_picture
from app.queue.simulation.plan import spread_calls
from app.queue.simulation.staffing import StaffingRow, Target, staffing_table
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.forms import Form, FormModel, blank
from app.shell.registry import Menu
from app.shell.tables import Column, Table

_STAFFING: Final = f"{LINE}/staffing"
_PER_CENT: Final = 100


class Plan(FormModel):
    """What the day is expected to bring and what it is to reach; without patience everybody waits."""

    words: ClassVar[str] = "line.staffing"
    calls: int = Field(ge=1, le=2000)
    handling: int = Field(ge=30, le=3600)
    share: int = Field(ge=1, le=99)
    within: int = Field(ge=1, le=600)
    patience: int | None = Field(default=None, ge=10, le=3600)
    begins: int = Field(ge=0, le=23)
    ends: int = Field(ge=1, le=24)

    @field_validator("ends")
    @classmethod
    def _later(cls, ends: int, others: ValidationInfo) -> int:
        if ends <= others.data.get("begins", 0):
            raise PydanticCustomError("line.staffing.ends.early", "")
        return ends


# What the page begins with: 80 of a hundred calls within 20 seconds.
_USUAL: Final = Plan(calls=60, handling=420, share=80, within=20, begins=8, ends=18)
_HOURS: Final = Table[StaffingRow](
    "line.staffing.hours",
    columns=(
        Column("hour", lambda row: f"{row.hour:02}–{row.hour + 1:02}"),
        Column("calls", lambda row: round(row.calls, 1)),
        Column("staff", lambda row: row.staff),
        Column("level", lambda row: round(row.expected.service_level * _PER_CENT)),
        Column("answer", lambda row: round(row.expected.answer_seconds)),
        Column("abandoned", lambda row: round(row.expected.abandoned * _PER_CENT)),
        Column("busy", lambda row: round(row.expected.occupancy * _PER_CENT)),
    ),
    page_size=24,
)


@router.page(_STAFFING, access=SUPERVISORS, title="line.staffing.title", menu=Menu("line", 40))
async def staffing_page(ask: Ask) -> Answer:
    if not ask.query:
        return _page(ask, blank(Plan, **_USUAL.model_dump()), _USUAL)
    form = ask.read_query(Plan)
    return _page(ask, form, form.value)


def _page(ask: Ask, form: Form[Plan], plan: Plan | None) -> Page:
    if plan is None:
        return Page("line_staffing.html", {"hours": None}, form=form)
    target = Target(plan.share / _PER_CENT, plan.within)
    rows = staffing_table(spread_calls(plan.calls, range(plan.begins, plan.ends)), plan.handling, target, plan.patience)
    most = max(row.staff for row in rows)
    words = StaffingWords(
        alt=ask.translate("line.staffing.picture", most=most),
        calls=ask.translate("line.staffing.hours.column.calls"),
        staff=ask.translate("line.staffing.hours.column.staff"),
    )
    context = {
        "hours": _HOURS.shown(ask, rows, total=len(rows)),
        "most": most,
        # Drawn here from numbers and the pages' own words.
        "picture": Markup(staffing_picture(rows, words)),  # noqa: S704
    }
    return Page("line_staffing.html", context, form=form)
