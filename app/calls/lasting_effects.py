"""The effects that ask the database or leave something in it: what flows may rely on.

Known apart from their deeds (`app.calls.referring`, `app.calls.calling_back`), because flows are proved and calls are
answered before the packages for deeds are loaded.
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
    # Whether somebody who speaks the caller's language is there now, or from when on.
    "on_duty": EffectSpec({}, {"now": {"band": "wait_band"}, "later": {"opens": "opening"}, "never": {}, **_FAILED}),
    # Whether the number that calls has no open callback yet.
    "callback_possible": EffectSpec({}, {"possible": {}, "exists": {}, **_FAILED}),
    "make_callback": EffectSpec(
        {"reach": "reach", "who_answers": "who_answers", "show_number": "show_number", "window": "window"},
        {"made": {"word": "agreed_word"}, "exists": {}, "refused": {}, "lost": {}, **_FAILED},
    ),
    # Sends the centre's address to the number that calls, once in a call.
    "send_centre": EffectSpec(
        {"centre": "centre"}, {"sent": {}, "landline": {}, "withheld": {}, "capped": {}, **_FAILED}
    ),
}

# The words by which a caller knows that it is us who call back: texts `callback.word.<word>`.
WORDS = tuple(f"word{number}" for number in range(1, 13))

VALUES: Mapping[str, frozenset[str]] = {
    "reach": frozenset({"this_number", "other_number", "code_only"}),
    "who_answers": frozenset({"only_me", "others_too"}),
    "text_message": frozenset({"wished", "none"}),
    "referral_topic": frozenset({"about_return", "money_and_offers", "documents_and_travel", "other"}),
    "best_time": frozenset({"morning", "afternoon", "any"}),
    "forwarding": frozenset({"this_centre", "other_centre"}),
    "wait_band": frozenset({"soon", "few", "some", "many", "long", "very_long"}),
    "show_number": frozenset({"shown", "hidden"}),
    "window": frozenset({"soon", "morning", "afternoon", "evening"}),
    "agreed_word": frozenset(WORDS),
}
