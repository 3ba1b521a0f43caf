"""All pages of the entrance: importing their modules registers them."""

from app.entrance import enrolment, logging_in, own_account, passwords, provider_pages, proving, second_factor
from app.entrance.demo_door import router as demo_door_router
from app.entrance.door import Entrance
from app.entrance.door import router as entrance_router

__all__ = [
    "Entrance",
    "demo_door_router",
    "enrolment",
    "entrance_router",
    "logging_in",
    "own_account",
    "passwords",
    "provider_pages",
    "proving",
    "second_factor",
]
