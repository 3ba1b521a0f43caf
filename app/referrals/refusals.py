"""Why a deed with referrals is refused: each has a code that a page or a flow translates, and a sentence.

ReferralRefused
├── ReferralUnknown         no such referral within reach
├── TransitionRefused       the referral's state does not allow it; says which state
├── NoAgreement             the centre takes no referrals
├── ConsentRefused          the wording, its version or its language is not in the register
├── ForwardingNotConsented  the caller agreed to this one centre alone
├── PayloadRefused          a field is wrong
├── AgreementRefused        a field of an agreement or of a centre's entry is wrong
├── CodesThrottled          too many codes were tried; says after how many seconds the next one counts
└── Erased                  what was sealed is gone
"""

from typing import ClassVar

from app.kit.errors import HotlineError
from app.referrals.models import ReferralState


class ReferralRefused(HotlineError):
    """`code` names the text that a page shows."""

    code: str

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


class _Fixed(ReferralRefused):
    """A refusal with one code and one sentence."""

    CODE: ClassVar[str]
    SENTENCE: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.CODE, self.SENTENCE)


class ReferralUnknown(_Fixed):
    """No such referral, or not within reach."""

    CODE = "referral-unknown"
    SENTENCE = "There is no such referral."


_WHAT_NOW = {
    ReferralState.REQUESTED: "the centre must receive it first",
    ReferralState.DELIVERED: "the centre must receive it first",
    ReferralState.RECEIVED: "the centre must accept or decline it first",
    ReferralState.ACCEPTED: "the centre must contact the caller first",
    ReferralState.DECLINED: "it was declined: the hotline can forward it to another centre",
    ReferralState.FORWARDED: "it was forwarded, and the other centre answers now",
    ReferralState.CONTACTED: "the caller was contacted: only completing is left",
    ReferralState.COMPLETED: "it is completed",
    ReferralState.EXPIRED: "it has expired: the caller may ask for a new one",
    ReferralState.WITHDRAWN: "the caller has withdrawn, and nothing may be done with it any more",
}


class TransitionRefused(ReferralRefused):
    """The codes are `not-while-` and the state, as in `not-while-withdrawn`."""

    state: ReferralState

    def __init__(self, state: ReferralState) -> None:
        self.state = state
        super().__init__(f"not-while-{state}", f"This cannot be done now: {_WHAT_NOW[state]}.")


class NoAgreement(_Fixed):
    """There is no agreement that is valid today, or the centre takes nobody now."""

    CODE = "no-agreement"
    SENTENCE = "This centre takes no referrals: choose one that has an agreement."


class ConsentRefused(_Fixed):
    """Consent is given to a wording that exists, in a language in which it exists."""

    CODE = "consent-refused"
    SENTENCE = "There is no such wording of the consent: read the caller the one that is valid now."


class ForwardingNotConsented(_Fixed):
    """The consent names one centre alone."""

    CODE = "forwarding-not-consented"
    SENTENCE = "The caller agreed to this centre alone: ask for consent and make a new referral."


class PayloadRefused(ReferralRefused):
    """`field` is the payload's field, empty where several do not fit together."""

    field: str

    def __init__(self, field: str) -> None:
        self.field = field
        super().__init__("payload-refused", f"What is to be passed on is not right: {field or 'the whole'}.")


class AgreementRefused(ReferralRefused):
    """A field of an agreement or of a centre's entry is wrong; `field` is the form's.

    Codes: centre-unknown, role-malformed, dates-reversed, days-malformed, email-malformed, webhook-malformed,
    webhook-missing, operator-malformed, language-malformed, no-agreement-here, hours-malformed, contact-malformed.
    """

    field: str

    def __init__(self, code: str, sentence: str, *, field: str) -> None:
        self.field = field
        super().__init__(code, sentence)


class CodesThrottled(ReferralRefused):
    """Too many codes in a short time."""

    retry_after_seconds: int

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        sentence = f"Too many codes were tried: try again in {retry_after_seconds} seconds."
        super().__init__("codes-throttled", sentence)


class Erased(_Fixed):
    """What was sealed is gone for good."""

    CODE = "erased"
    SENTENCE = "What this referral held has been erased."
