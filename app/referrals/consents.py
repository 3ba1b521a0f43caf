"""The register of the wordings to which callers consent: a wording that was ever heard keeps its version for good.

Each says what is passed on, to which centre, and who can read it until when: the centre that is named, until 30 days
after the end of the referral and for 90 days at most. The texts stand in the catalogues; a wording names their ids
and keeps a hash of them in each language, so that a text that changes needs a new version here.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from app.referrals.models import Channel, Consent
from app.referrals.refusals import ConsentRefused


@dataclass(frozen=True, slots=True)
class Wording:
    """One version of a consent; it is valid in the languages that have a hash, and `current` while it is read out.

    `catalogue` is ivr for what is spoken by the line, agent for what a person reads out (`consent_texts.yaml`).
    """

    id: str
    version: int
    channels: frozenset[Channel]
    catalogue: Literal["ivr", "agent"]
    msgids: tuple[str, ...]
    hashes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    current: bool = True


# The newest version of a wording is the current one; older ones stay for what was consented to them.
WORDINGS: Final[tuple[Wording, ...]] = (
    Wording(
        "referral-keys",
        1,
        frozenset({Channel.KEYS}),
        "ivr",
        (
            "referral.what",
            "referral.readers",
            "referral.erased",
            "referral.consent",
            "choice.agree_here",
            "choice.agree_forwarding",
        ),
        MappingProxyType(
            {
                "de": "1679527f2404a5891dedf569bd84cd583b804a7c89864a717b19b6295e917e93",
                "en": "4039ddc19ca46f816b0b029ddff7e175b78bc1692953e2e5da7de89f9f26f55e",
                "tr": "5b0bb0a021d9476c14a5972b16798f9a1f5e694dfa865a92338ea5ac02cbe352",
                "ar": "5d7dbfef0635b7b48b9b9bf2ac575136a4dd6422fba59afd5a1cde428d28a15f",
                "ru": "9423d3474b70179a56900f40afe893079741695333b8bf134c1986d9a14c17b8",
            }
        ),
    ),
    Wording(
        "referral-agent",
        1,
        frozenset({Channel.AGENT}),
        "agent",
        ("what", "readers", "withdrawal", "voluntary", "question", "forwarding"),
        MappingProxyType(
            {
                "de": "5bcd1b6a1c8030d165557f559a1c81bc6758f8072ddb73cf8a68d26e28428835",
                "en": "52b8d9b52eb7a1d5529500914b77b8c9054e2f51d022f783437136b6236bce6e",
                "tr": "8dd77b9ba3184677ad1a31c2d23ceb6b2f1eadd89209e618cc668cc782f8c140",
                "ar": "57c8710fefafe2f0b6259c7cb3cc4d644dda9bb170cee8068e27a5cee082cbee",
                "ru": "e7884bf0b1a40f0061fc10494db15678f6f8d3fb8688fe08cc6c1875d4512511",
                "kmr": "b90ff2529949182f3e072b1dc6a715a5211cbd77609dfdcd4c8a0a70153493aa",
                "ka": "1704cc789af5ba14c5d1a942a7dedf5071c38e30058b56227b33665629cf7833",
                "es": "7b012cd5f1704e953ae0a117b86157bb9dd4eb80e1abc2364ec3d91c4aa37ba5",
                "mk": "06769d09438d0ec54d3a01338bd216e1d348220b15e86a8095ee315b7ec1c386",
                "sq": "f16c1fe12a7172045cbef649e152aac55d001d5df990e8176ed17ec923b87d83",
                "sr": "d0498ef8f4d946aadbcd602b5fc41b3d6aa33242f777c9c1576b0e1d099b4d36",
                "fa": "d38307dc4031368aa39c2247fe099f53acd19e9fc6690f1b7949828fd8a38155",
                "fr": "cda040f800a91117299be8075b52cf54fae795793b26f7141d220ee2cb066966",
            }
        ),
    ),
)


def wording_hash(texts: Sequence[str]) -> str:
    """The SHA-256 over a wording's texts in one language, in the order of its ids."""
    return hashlib.sha256(json.dumps(list(texts), ensure_ascii=False).encode()).hexdigest()


def find_current(wordings: Sequence[Wording], wording_id: str) -> Wording | None:
    """The version that is read out now."""
    return next((wording for wording in wordings if wording.id == wording_id and wording.current), None)


def check_consent(wordings: Sequence[Wording], consent: Consent) -> None:
    """Raises ConsentRefused where the register does not know that wording for that channel in that language."""
    for wording in wordings:
        if (wording.id, wording.version) == (consent.wording, consent.version):
            if wording.current and consent.channel in wording.channels and consent.language in wording.hashes:
                return
            break
    raise ConsentRefused
