"""Who calls whom, in the form parameters that Twilio sends with every webhook of a call."""

import secrets
from dataclasses import dataclass

from app.phone.awaiting import Params

# A mobile number that is never given to a subscriber: the Bundesnetzagentur names (0)176 040690-00 to -99 for media
# productions (Mitteilung 148/2021, Amtsblatt 7/2021).
DEMO_CALLER_NUMBER = "+4917604069000"
WITHHELD_NUMBER = "anonymous"
DEMO_ACCOUNT_SID = "AC" + "0" * 32


@dataclass(frozen=True, slots=True)
class Caller:
    """The two ends of one call."""

    call_sid: str
    account_sid: str
    from_number: str
    to_number: str


def new_caller(from_number: str, to_number: str, account_sid: str = DEMO_ACCOUNT_SID) -> Caller:
    """A caller with a fresh CallSid of Twilio's shape."""
    return Caller("CA" + secrets.token_hex(16), account_sid, from_number, to_number)


def call_params(caller: Caller, status: str) -> Params:
    """The parameters that every webhook of the call carries; Twilio knows no town for German numbers."""
    return (
        ("AccountSid", caller.account_sid),
        ("ApiVersion", "2010-04-01"),
        ("CallSid", caller.call_sid),
        ("CallStatus", status),
        *_end("Called", caller.to_number),
        *_end("Caller", caller.from_number),
        ("Direction", "inbound"),
        *_end("From", caller.from_number),
        *_end("To", caller.to_number),
    )


def _end(name: str, number: str) -> Params:
    country = "DE" if number.startswith("+49") else ""
    return ((name, number), (f"{name}City", ""), (f"{name}Country", country), (f"{name}State", ""), (f"{name}Zip", ""))
