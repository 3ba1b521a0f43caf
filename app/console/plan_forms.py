"""What supervisors enter about the plan of the line: hours, closures, an announcement, and settings."""

from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from app.accounts.models import LineSetting
from app.console.line_forms import NewShift
from app.kit.clock import GERMANY
from app.queue.plan_models import BOUNDS
from app.queue.plan_rules import LONGEST_TEXT
from app.shell.forms import FormModel

# Long enough to see that a text is too long, short enough for a field.
_TYPED: Final = 4 * LONGEST_TEXT


def instant_of(wall_time: datetime) -> datetime:
    """A time on German clocks as an instant; of one that comes twice the first is meant."""
    return wall_time.replace(tzinfo=GERMANY, fold=0).astimezone(UTC)


def wall_time_of(at: datetime) -> str:
    """An instant as a field for day and time shows it."""
    return at.astimezone(GERMANY).replace(tzinfo=None).isoformat(timespec="minutes")


def _without_zone(moment: datetime) -> datetime:
    if moment.tzinfo is not None:
        raise PydanticCustomError("form.fault.datetime_parsing", "")
    return moment


class NewHours(NewShift):
    """When the line is open on some days of every week."""

    words: ClassVar[str] = "line.hours.add"


class Holidays(FormModel):
    """Whose public holidays are off; empty for none."""

    words: ClassVar[str] = "line.hours"
    holidays: str = ""


class NewClosure(FormModel):
    """From when until when nobody can be spoken to, by German clocks."""

    words: ClassVar[str] = "line.closure"
    closed_from: datetime
    closed_until: datetime
    reason: str = Field(default="", max_length=200)

    _local = field_validator("closed_from", "closed_until")(_without_zone)


class Preview(FormModel):
    """The moment for which it is asked what callers hear."""

    words: ClassVar[str] = "line.hours.preview"
    at: datetime | None = None

    @field_validator("at")
    @classmethod
    def _local(cls, at: datetime | None) -> datetime | None:
        return None if at is None else _without_zone(at)


class NewAnnouncement(FormModel):
    """What callers are told, one text for each language of the line, and until when by German clocks."""

    words: ClassVar[str] = "line.announcement"
    de: str = Field(default="", max_length=_TYPED)
    en: str = Field(default="", max_length=_TYPED)
    tr: str = Field(default="", max_length=_TYPED)
    ar: str = Field(default="", max_length=_TYPED)
    ru: str = Field(default="", max_length=_TYPED)
    ends: datetime

    _local = field_validator("ends")(_without_zone)


def _number(setting: LineSetting) -> Any:  # noqa: ANN401  A field of any model.
    bounds = BOUNDS[setting]
    return Field(ge=bounds.least, le=bounds.most)


class Turned(FormModel):
    """All settings of the line, named as `Settings` has them."""

    words: ClassVar[str] = "line.settings"
    offer_seconds: int = _number(LineSetting.OFFER_SECONDS)
    unanswered_offers: int = _number(LineSetting.UNANSWERED_OFFERS)
    wrap_up_minutes: int = _number(LineSetting.WRAP_UP_MINUTES)
    second_language_seconds: int = _number(LineSetting.SECOND_LANGUAGE_SECONDS)
    interpreter_seconds: int = _number(LineSetting.INTERPRETER_SECONDS)
    longest_wait_minutes: int = _number(LineSetting.LONGEST_WAIT_MINUTES)
    nobody_minutes: int = _number(LineSetting.NOBODY_MINUTES)
    service_level_seconds: int
    callbacks: bool = False
    voicemail: bool = False

    @field_validator("service_level_seconds")
    @classmethod
    def _one_of(cls, value: int) -> int:
        if not BOUNDS[LineSetting.SERVICE_LEVEL_SECONDS].allows(value):
            raise PydanticCustomError("form.fault.enum", "")
        return value


class Reset(FormModel):
    """The setting that goes back to what it was in the beginning."""

    words: ClassVar[str] = "line.settings"
    setting: LineSetting
