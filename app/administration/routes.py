"""All pages of the administration: importing their modules registers them."""

from app.administration import audit, people, person
from app.administration.door import router as administration_router

__all__ = ["administration_router", "audit", "people", "person"]
