"""What becomes of a simulated call where the line is staffed: who is on duty, what is written down, what goes wrong."""

from dataclasses import dataclass
from random import Random

from app.calls.lasting_effects import LASTING, VALUES
from app.ivr.flow import TARGET_OUTCOMES, Facts
from app.ivr.model import Done, Perform, Record, Wait

# The outcome that callers hope for; of the others each call meets a few at most.
_HOPED_FOR = {
    "referral_offer": "offered",
    "caller_number": "usable",
    "keep_number": "kept",
    "reach_number": "typed",
    "text_message": "possible",
    "make_referral": "made",
    "referral_code": "known",
    "withdraw_referral": "withdrawn",
    "callback_possible": "possible",
    "make_callback": "made",
    "send_centre": "sent",
}
_MOST_TROUBLES = 3
_TROUBLE = 0.25
_DUTY = ("now", "now", "later", "never")
_SPOKEN = {"opening": "2026-11-23T09:00", "phone_number": "+4915112345678", "referral_code": "0123456789"}


@dataclass(slots=True)
class Staff:
    """The line as one call finds it: `duty` is the outcome of “on_duty”, `troubles` what may still go wrong."""

    random: Random
    duty: str
    troubles: int


def draw_staff(random: Random) -> Staff:
    """A line as good or bad as chance will have it; the same random source draws the same."""
    return Staff(random, random.choice(_DUTY), random.randrange(_MOST_TROUBLES + 1))


def reply(staff: Staff, asked: Perform | Wait | Record) -> Done:
    """What comes back from a lasting effect, the line or the recorder."""
    match asked:
        case Wait():
            return Done(_outcome(staff, "served", TARGET_OUTCOMES["wait"]))
        case Record():
            return Done(_outcome(staff, "recorded", TARGET_OUTCOMES["record"]))
        case Perform(effect="reach_number", given={"reach": reach}) if reach != "other_number":
            return Done("untyped")
        case Perform(effect=effect):
            hoped_for = staff.duty if effect == "on_duty" else _HOPED_FOR[effect]
            outcomes = {"failed", hoped_for} if effect == "on_duty" else LASTING[effect].outcomes.keys()
            outcome = _outcome(staff, hoped_for, frozenset(outcomes))
            return Done(outcome, _facts(staff, LASTING[effect].outcomes[outcome]))


def _outcome(staff: Staff, hoped_for: str, outcomes: frozenset[str]) -> str:
    if staff.troubles == 0 or staff.random.random() > _TROUBLE:
        return hoped_for
    staff.troubles -= 1
    return staff.random.choice(sorted(outcomes - {hoped_for}))


def _facts(staff: Staff, types: Facts) -> Facts:
    return {fact: _SPOKEN.get(type_) or staff.random.choice(sorted(VALUES[type_])) for fact, type_ in types.items()}
