"""Which numbers the hotline dials, and the one place where it does: what is dialled here costs money."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from app.calls.numbers import passable
from app.kit.errors import HotlineError
from app.kit.protocols import OutgoingCall, Telephony

# No conversation lasts longer; without a limit the provider would end it after four hours.
LIMIT_SECONDS: Final = 7_200
_GERMAN: Final = "+49"
# German numbers with a price of their own or without an owner, by the Federal Network Agency's plan of numbers; the
# library that knows all plans of the world leaves them out too, and a fault in either alone dials none of them.
_DEAR: Final = re.compile(r"\+49(?:1[02]|11|13[7-9]|18|19|500|501|700|900|9009)")


class Target(StrEnum):
    """Whom the hotline calls: nobody else."""

    CENTRE = "centre"
    AGENT = "agent"
    INTERPRETER = "interpreter"
    CALLBACK = "callback"


class NotDialled(HotlineError):
    """The number is none that the hotline dials."""


@dataclass(frozen=True, slots=True)
class Ringing:
    """How somebody is rung: the number that they see, the first document, who hears how it went, and for how long."""

    from_number: str
    url: str
    status_url: str
    seconds: int = 30
    send_keys: str = ""


def may_be_dialled(target: Target, number: str) -> bool:
    """Only an ordinary number, written as E.164: a German one, and for a wished callback also one of a near country.

    What people give is dialled at our cost, so no number with a price of its own, no satellite and no short number.
    """
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", number) or _DEAR.match(number) or passable(number) != number:
        return False
    return target is Target.CALLBACK or number.startswith(_GERMAN)


async def dial(telephony: Telephony, target: Target, number: str, ringing: Ringing) -> str:
    """The Sid of the call; raises NotDialled before anything is asked of the provider."""
    if not may_be_dialled(target, number):
        raise NotDialled(f"This number is not dialled: it is no ordinary one for a {target}.")
    return await telephony.create_call(
        OutgoingCall(
            to_number=number,
            from_number=ringing.from_number,
            url=ringing.url,
            status_url=ringing.status_url,
            ring_seconds=ringing.seconds,
            limit_seconds=LIMIT_SECONDS,
            send_keys=ringing.send_keys,
        )
    )
