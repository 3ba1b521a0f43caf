"""The question topics that the line answers, each with its group."""

from collections.abc import Mapping

from app.knowledge.models import Group

_BY_GROUP: Mapping[Group, tuple[str, ...]] = {
    "orientation": (
        "what-is-voluntary-return",
        "must-i-leave",
        "asylum-effect",
        "anonymous",
        "cost-of-advice",
        "independent-or-state",
        "stay-options",
    ),
    "centre": (
        "nearest-centre",
        "centre-hours",
        "interpreter",
        "by-phone-or-online",
        "no-centre-nearby",
        "reception-centre-resident",
    ),
    "eligibility": (
        "eligible-status",
        "eligible-recognised",
        "eligible-own-money",
        "eligible-eu",
        "eligible-visa-free",
        "eligible-dublin",
        "eligible-students-work",
        "eligible-second-time",
        "third-country",
    ),
    "money": (
        "how-much-money",
        "when-paid",
        "second-payment",
        "family-children",
        "ticket-luggage",
        "repay",
        "land-money",
    ),
    "papers": (
        "passport-missing",
        "passport-held",
        "gueb",
        "deadline",
        "withdraw-asylum",
        "documents-to-take",
        "duration",
        "change-mind",
        "re-entry",
    ),
    "after": (
        "reintegration",
        "business-start",
        "school-children",
        "home-situation",
    ),
    "health": (
        "medical-travel",
        "pregnant",
    ),
    "vulnerable": (
        "unaccompanied-minor",
        "women-violence",
        "trafficking",
        "suicidal",
        "fear-of-return",
        "pressure",
        "deportation-threat",
    ),
    "country": (
        "country-syria",
        "country-turkey",
        "country-afghanistan",
        "country-kosovo",
        "country-ukraine",
        "country-iraq",
    ),
    "third_party": (
        "helper-volunteer",
        "helper-authority",
        "application-status",
        "complaint",
    ),
}

TOPICS: Mapping[str, Group] = {id_: group for group, ids in _BY_GROUP.items() for id_ in ids}
