"""What docs/referrals.md says of the way of a referral is what the rules say."""

import re

from app.kit.paths import PROJECT_ROOT
from app.referrals.models import ReferralState
from app.referrals.rules import TRANSITIONS

DOCUMENT = (PROJECT_ROOT / "docs" / "referrals.md").read_text("utf-8")
S = ReferralState
# The value set SDOHCC-ValueSetReferralTaskStatus: FHIR R4's statuses of a task without two.
STATUSES = {
    *("draft", "requested", "accepted", "rejected", "cancelled", "in-progress", "on-hold", "failed", "completed"),
    "entered-in-error",
}


def test_the_picture_and_the_sentences_beside_it_are_the_rules() -> None:
    drawn = set(re.findall(r"^    (\w+) --> (\w+)", DOCUMENT, re.MULTILINE))
    expiring = {S.REQUESTED, S.DELIVERED, S.RECEIVED, S.ACCEPTED, S.CONTACTED}
    said = {(state, "expired") for state in expiring} | {
        (state, "withdrawn") for state in ReferralState if state not in {S.FORWARDED, S.WITHDRAWN}
    }
    assert drawn | said == {(state, to) for state, follow in TRANSITIONS.items() for to in follow}


def test_each_state_has_one_status_of_the_guide() -> None:
    rows = re.findall(r"^\| `([\w-]+)` \| `([\w-]+)` \|", DOCUMENT, re.MULTILINE)
    assert [state for state, _ in rows] == list(ReferralState)
    assert {status for _, status in rows} <= STATUSES
