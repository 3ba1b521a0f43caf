"""Why a sign-in by the OpenID provider did not succeed: a code that pages translate, and what exactly was found."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from app.kit.errors import HotlineError


class SignInCode(StrEnum):
    """What a person can do about it, and so what a page says."""

    UNAVAILABLE = "sign-in-unavailable"
    MISCONFIGURED = "sign-in-misconfigured"
    DECLINED = "sign-in-declined"
    STALE = "sign-in-stale"
    REFUSED = "sign-in-refused"
    NOT_FRESH = "sign-in-not-fresh"
    TOO_WEAK = "sign-in-too-weak"
    NAMELESS = "sign-in-nameless"


_SENTENCES: Final[Mapping[SignInCode, str]] = {
    SignInCode.UNAVAILABLE: "The provider does not answer as it should: try again in a moment.",
    SignInCode.MISCONFIGURED: "The provider and the settings of the hotline do not fit: tell the administrators.",
    SignInCode.DECLINED: "The sign-in was cancelled at the provider: start it again if you want to come in.",
    SignInCode.STALE: "This sign-in took too long, was used before or began in another window: start it again.",
    SignInCode.REFUSED: "What the provider answered is not valid: start again, or tell the administrators.",
    SignInCode.NOT_FRESH: "The provider did not ask for the password again: sign out there, then repeat this step.",
    SignInCode.TOO_WEAK: "The provider did not ask for the second factor that is required: sign in there with it.",
    SignInCode.NAMELESS: "The provider names neither a user name nor a confirmed e-mail address: tell its office.",
}


class SignInFailed(HotlineError):
    """A sign-in by the provider did not succeed.

    `found` names the check that failed, as one word of the program: it holds nothing that came from outside and may
    be logged.
    """

    def __init__(self, code: SignInCode, found: str) -> None:
        super().__init__(_SENTENCES[code])
        self.code = code
        self.found = found
