"""The public page on which a caller withdraws a referral with its code; it says the same of every wrong code."""

from typing import ClassVar, Final

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from app.portal.door import router
from app.referrals import service
from app.referrals.refusals import CodesThrottled
from app.referrals.service import Referrals
from app.shell.access import PUBLIC
from app.shell.answers import Answer, Page
from app.shell.ask import Ask
from app.shell.faults import TooMany
from app.shell.forms import FormModel, blank

_PATH: Final = "/withdraw"
_DIGITS: Final = 10


class Code(FormModel):
    """Ten digits, with or without spaces."""

    words: ClassVar[str] = "withdraw"
    code: str = Field(min_length=1, max_length=40)

    @field_validator("code")
    @classmethod
    def _ten_digits(cls, code: str) -> str:
        digits = "".join(sign for sign in code if sign not in " -\u00a0")
        if not (digits.isdecimal() and len(digits) == _DIGITS):
            raise PydanticCustomError("withdraw.code.malformed", "")
        return "".join(str(int(digit)) for digit in digits)


@router.page(_PATH, access=PUBLIC, title="withdraw.title")
async def withdrawal(_ask: Ask) -> Answer:
    return Page("withdraw.html", form=blank(Code))


@router.deed(_PATH, access=PUBLIC, back=_PATH)
async def withdraw(ask: Ask) -> Answer:
    """Nothing of the code is kept in an address: the page after it is the answer itself."""
    form = ask.read(Code)
    if form.value is None:
        return Page("withdraw.html", form=form)
    try:
        found = await service.withdraw_by_code(ask.given(Referrals), form.value.code, source=f"web:{ask.address}")
    except CodesThrottled as throttled:
        raise TooMany(throttled.retry_after_seconds) from None
    if not found:
        return Page("withdraw.html", form=form.refused("code", "withdraw.code.unknown"))
    return Page("withdrawn.html", heading=ask.translate("withdraw.done.title"))
