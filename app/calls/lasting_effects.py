"""The effects that ask the database or leave something in it: what flows may rely on; `app.calls.referring` does them.

Known apart from their deeds, because flows are proved and calls are answered before the packages for deeds are loaded.
"""

from collections.abc import Mapping

from app.ivr.flow import EffectSpec

_FAILED: Mapping[str, Mapping[str, str]] = {"failed": {}}

LASTING: Mapping[str, EffectSpec] = {
    # Whether this centre takes referrals now.
    "referral_offer": EffectSpec({"centre": "centre"}, {"offered": {}, "none": {}, **_FAILED}),
    # Whether the number that calls may be passed on; one that is withheld or abroad may not.
    "caller_number": EffectSpec({}, {"usable": {}, "unusable": {}, **_FAILED}),
    # Keeps a typed number out of the session: sealed, until the call has ended.
    "keep_number": EffectSpec({"phone_number": "phone_number"}, {"kept": {}, "unusable": {}, **_FAILED}),
    # The number for this way of reaching the caller; it is said only where it was typed.
    "reach_number": EffectSpec(
        {"reach": "reach"},
        {"typed": {"phone_number": "phone_number"}, "untyped": {}, "lost": {}, **_FAILED},
    ),
    # Whether a text message can reach that number.
    "text_message": EffectSpec(
        {"reach": "reach"}, {"possible": {}, "impossible": {"text_message": "text_message"}, **_FAILED}
    ),
    "make_referral": EffectSpec(
        {
            "centre": "centre",
            "reach": "reach",
            "who_answers": "who_answers",
            "text_message": "text_message",
            "about": "referral_topic",
            "best_time": "best_time",
            "forwarding": "forwarding",
        },
        {"made": {}, "refused": {}, "lost": {}, **_FAILED},
    ),
    # The code of the referral that was made last in this call.
    "referral_code": EffectSpec({}, {"known": {"referral_code": "referral_code"}, **_FAILED}),
    # An unknown code and one try too many have the same outcome.
    "withdraw_referral": EffectSpec({"code": "referral_code"}, {"withdrawn": {}, "unknown": {}, **_FAILED}),
}

VALUES: Mapping[str, frozenset[str]] = {
    "reach": frozenset({"this_number", "other_number", "code_only"}),
    "who_answers": frozenset({"only_me", "others_too"}),
    "text_message": frozenset({"wished", "none"}),
    "referral_topic": frozenset({"about_return", "money_and_offers", "documents_and_travel", "other"}),
    "best_time": frozenset({"morning", "afternoon", "any"}),
    "forwarding": frozenset({"this_centre", "other_centre"}),
}
