"""Telephone numbers as callers have, type and hear them: which may be passed on to a centre, and how they are read."""

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

# What the provider gives in the place of a number that is withheld or not known; the digits spell these words.
WITHHELD: Final = frozenset(
    {
        "anonymous",
        "+266696687",  # ANONYMOUS
        "+7378742833",  # RESTRICTED
        "+2562533",  # BLOCKED
        "+8656696",  # UNKNOWN
        "+86282452253",  # UNAVAILABLE
    }
)
# A centre calls at its own cost: it is asked to call Germany, the European Economic Area and Switzerland alone.
CALLED: Final = frozenset(
    {
        "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE",
        "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
_GROUP: Final = 3


def passable(number: str) -> str | None:
    """The number as E.164 where a centre may be asked to call it: an ordinary one, fixed or mobile, of a near country.

    Takes what the provider says ("+49…") and what is typed in Germany ("030…", "0049…"); None for a withheld number,
    for one with a price of its own, for a short one and for one that cannot be.
    """
    parsed = None if number in WITHHELD else _parsed(number)
    if parsed is None:
        return None
    from phonenumbers import PhoneNumberFormat, format_number  # noqa: PLC0415  See `_parsed`.

    return format_number(parsed, PhoneNumberFormat.E164)


def takes_text_messages(number: str) -> bool:
    """Whether an E.164 number is a mobile one."""
    from phonenumbers import PhoneNumberType, number_type  # noqa: PLC0415  See `_parsed`.

    parsed = _parsed(number)
    return parsed is not None and number_type(parsed) == PhoneNumberType.MOBILE


def _parsed(number: str) -> "PhoneNumber | None":
    # The package carries the numbering plans of the world: only calls that speak of a number need it.
    import phonenumbers  # noqa: PLC0415

    ordinary = {
        phonenumbers.PhoneNumberType.FIXED_LINE,
        phonenumbers.PhoneNumberType.MOBILE,
        phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE,
        phonenumbers.PhoneNumberType.VOIP,
    }
    try:
        parsed = phonenumbers.parse(number, "DE")
    except phonenumbers.NumberParseException:
        return None
    usual = phonenumbers.is_valid_number(parsed) and phonenumbers.number_type(parsed) in ordinary
    return parsed if usual and phonenumbers.region_code_for_number(parsed) in CALLED else None


def spoken_number(number: str) -> str:
    """An E.164 number as dialled in Germany, digit by digit, a pause after every third."""
    national = re.sub(r"^\+49", "0", number).replace("+", "00")
    return ", ".join(" ".join(national[place : place + _GROUP]) for place in range(0, len(national), _GROUP))


def slowly(digits: str) -> str:
    """Digits with a pause after each, so that they can be written down."""
    return ", ".join(digits)
