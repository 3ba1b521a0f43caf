"""All pages of the portal: importing their modules registers them."""

from app.portal import entry, inbox, people, referral, withdrawal
from app.portal.door import router as portal_router

__all__ = ["entry", "inbox", "people", "portal_router", "referral", "withdrawal"]
