"""The verbs of this room, gathered: what doors, calls and jobs call."""

from app.referrals.agreements import (
    end_agreement,
    find_agreement,
    list_agreements,
    list_sites,
    reach_of_staff,
    set_agreement,
    set_webhook_secret,
)
from app.referrals.answering import accept, complete, contact, decline, forward, receive
from app.referrals.entries import find_entry, save_entry
from app.referrals.erasure import rotate_keys
from app.referrals.making import find_offer, list_alternatives, list_offers, payload_of, refer
from app.referrals.means import Referrals
from app.referrals.messages import list_messages, write_message
from app.referrals.reading import (
    count_inbox,
    figures,
    find_by_code,
    get_referral,
    list_escalated,
    list_inbox,
    open_payload,
)
from app.referrals.sweeping import overdue, sweep
from app.referrals.withdrawing import withdraw, withdraw_by_code

__all__ = [
    "Referrals",
    "accept",
    "complete",
    "contact",
    "count_inbox",
    "decline",
    "end_agreement",
    "figures",
    "find_agreement",
    "find_by_code",
    "find_entry",
    "find_offer",
    "forward",
    "get_referral",
    "list_agreements",
    "list_alternatives",
    "list_escalated",
    "list_inbox",
    "list_messages",
    "list_offers",
    "list_sites",
    "open_payload",
    "overdue",
    "payload_of",
    "reach_of_staff",
    "receive",
    "refer",
    "rotate_keys",
    "save_entry",
    "set_agreement",
    "set_webhook_secret",
    "sweep",
    "withdraw",
    "withdraw_by_code",
    "write_message",
]
