"""Who may open a page: decided when the page is registered, checked in one place."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.accounts.models import Role, Stage, Visitor


@dataclass(frozen=True, slots=True)
class Access:
    """Opens for nobody unless one of its fields says so."""

    everybody: bool = False
    roles: frozenset[Role] = frozenset()
    stages: frozenset[Stage] = frozenset()


PUBLIC: Final = Access(everybody=True)
SIGNED_IN: Final = Access(roles=frozenset(Role))

LOGIN_PAGE: Final = "/login"
STEP_UP_PAGE: Final = "/step-up"
STAGE_PAGES: Final[Mapping[Stage, str]] = {
    Stage.SECOND_FACTOR: "/login/second-factor",
    Stage.CHANGE_PASSWORD: "/login/password",
    Stage.ENROL: "/login/enrol",
    Stage.FULL: "/",
}


def only(*roles: Role) -> Access:
    """Opens for people who are fully logged in with one of these roles."""
    return Access(roles=frozenset(roles))


def at_stage(*stages: Stage) -> Access:
    """Opens for people who are half-way through logging in, whatever their role."""
    return Access(stages=frozenset(stages))


def opens(access: Access, visitor: Visitor | None) -> bool:
    if access.everybody:
        return True
    if visitor is None:
        return False
    if visitor.stage in access.stages:
        return True
    return visitor.stage is Stage.FULL and visitor.role in access.roles
