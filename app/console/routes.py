"""All pages of the console: importing their modules registers them, fixed addresses before those with parameters."""

from app.console import (
    counting_pages,
    editing,
    editing_due,
    editing_files,
    editing_translations,
    editing_withdrawal,
    editing_withdrawals,
    knowledge_contradictions,
    knowledge_eligibility,
    knowledge_pages,
    referral_list,
    referral_making,
    referral_new,
    referral_one,
    reports,
)
from app.console import editing_review as review_of_translations
from app.console.door import router as console_router

__all__ = [
    "console_router",
    "counting_pages",
    "editing",
    "editing_due",
    "editing_files",
    "editing_translations",
    "editing_withdrawal",
    "editing_withdrawals",
    "knowledge_contradictions",
    "knowledge_eligibility",
    "knowledge_pages",
    "referral_list",
    "referral_making",
    "referral_new",
    "referral_one",
    "reports",
    "review_of_translations",
]
