"""What sessions, roles and the audit's details must keep to, decided without reading or writing."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final
from uuid import UUID

from app.accounts.models import CLI, Action, Actor, Detail, LineSetting, Role, SignIn, Stage, State, Visitor
from app.accounts.refusals import NotAllowed, PersonRefused
from app.kit.extent import CENTRE_ID, EVERYTHING, Reach, only

# OWASP ASVS 5.0, 7.3: a session ends after a time of rest and in any case after a working day.
IDLE_LIFE: Final = timedelta(minutes=15)
ABSOLUTE_LIFE: Final = timedelta(hours=12)
STEP_UP_LIFE: Final = timedelta(minutes=5)
DEVICE_LIFE: Final = timedelta(days=180)
# OWASP ASVS 5.0, 6.4.1: a password made for somebody ends soon, or with its first use.
FIRST_PASSWORD_LIFE: Final = timedelta(days=7)

_LOGIN: Final = re.compile(r"[a-z0-9._@-]{3,100}")
_SUBJECT: Final = re.compile(r"[A-Za-z0-9:._-]{0,100}")
_LONGEST_NAME: Final = 100


class Refused(StrEnum):
    """Why a login was refused, as the audit tells it."""

    PROOF = "proof"
    STATE = "state"


class Factor(StrEnum):
    """Which second factor was tried."""

    TOTP = "totp"
    RECOVERY_CODE = "recovery-code"


# Which details an action may carry, and of which kind: a closed set, so that no free text reaches the audit.
DETAILS: Final[Mapping[Action, Mapping[str, type]]] = MappingProxyType(
    {
        Action.LOGIN_REFUSED: {"reason": Refused},
        Action.LOGGED_IN: {"sign_in": SignIn},
        Action.FACTOR_REFUSED: {"factor": Factor},
        Action.RECOVERY_CODE_USED: {"left": int},
        Action.PERSON_ADDED: {"role": Role, "sign_in": SignIn},
        Action.ROLE_CHANGED: {"before": Role, "after": Role},
        Action.DEMO_ENTERED: {"role": Role},
        Action.LINE_SETTING_SET: {"setting": LineSetting, "value": int},
    }
)


def stage_after_password(*, enrolled: bool, factor_passed: bool, must_change: bool) -> Stage:
    """The stage of somebody whose password was right."""
    if enrolled and not factor_passed:
        return Stage.SECOND_FACTOR
    if must_change:
        return Stage.CHANGE_PASSWORD
    return Stage.FULL if enrolled else Stage.ENROL


def is_over(began_at: datetime, active_at: datetime, at: datetime) -> bool:
    """Whether a session has ended by rest or by age."""
    return at >= active_at + IDLE_LIFE or at >= began_at + ABSOLUTE_LIFE


def has_lapsed(set_at: datetime | None, at: datetime, *, must_change: bool) -> bool:
    """Whether a first password was not used in time."""
    return must_change and (set_at is None or at >= set_at + FIRST_PASSWORD_LIFE)


def is_fresh(visitor: Visitor, at: datetime) -> bool:
    """Whether the last proof is recent enough for what needs a step-up; in the demo nobody has anything to prove."""
    return visitor.demo or at < visitor.authenticated_at + STEP_UP_LIFE


def may_be_in(state: State, *, demo_person: bool, demo: bool) -> bool:
    """Whether a person's sessions count: only while active, and demo people only in the demo."""
    return state is State.ACTIVE and (demo or not demo_person)


def reach_of(visitor: Visitor) -> Reach:
    """Centre staff reach their own centre's rows, everybody else all; an operator's centres are added by the caller."""
    return EVERYTHING if visitor.centre_id is None else only(visitor.centre_id)


def normal_login(login: str) -> str:
    """The one spelling of a login; what can be nobody's is the empty text."""
    login = login.strip().casefold()
    return login if _LOGIN.fullmatch(login) else ""


def check_login(login: str) -> str:
    """The login in its one spelling; raises PersonRefused where it is none."""
    login = normal_login(login)
    if not login:
        sentence = "A login has 3 to 100 letters without accents, digits, dots, hyphens, underscores or @."
        raise PersonRefused("login-malformed", sentence, field="login")
    return login


def check_name(name: str) -> str:
    """The name without spaces around it; raises PersonRefused where it is empty, too long or unprintable."""
    name = name.strip()
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        raise PersonRefused("name-malformed", "A name has 1 to 100 characters on one line.", field="display_name")
    return name


def check_centre(role: Role, centre_id: str | None) -> str | None:
    """The centre of centre staff, None for everybody else; raises PersonRefused where the two do not fit."""
    if role is not Role.CENTRE_STAFF:
        if centre_id:
            sentence = "Only centre staff belong to a centre."
            raise PersonRefused("centre-not-for-role", sentence, field="centre_id")
        return None
    if not centre_id:
        raise PersonRefused("centre-missing", "Centre staff belong to a centre or an operator.", field="centre_id")
    if not CENTRE_ID.fullmatch(centre_id):
        raise PersonRefused("centre-malformed", "This is not the id of a centre or an operator.", field="centre_id")
    return centre_id


def check_administrator(by: Actor, administrators: Collection[UUID]) -> None:
    """Raises NotAllowed for whoever is neither an active administrator nor at the command line."""
    if by != CLI and by not in administrators:
        raise NotAllowed("not-an-administrator", "Only an administrator may do this.")


def check_other(by: Actor, person_id: UUID) -> None:
    """Raises NotAllowed for who would change their own rights."""
    if by == person_id:
        raise NotAllowed("not-yourself", "Another administrator must do this for you.")


def check_not_last(person_id: UUID, administrators: Collection[UUID]) -> None:
    """Raises NotAllowed where nobody would be left to administer."""
    if set(administrators) == {person_id}:
        raise NotAllowed("last-administrator", "The last active administrator stays one.")


def check_other_eyes(by: Actor, proposed_by: str) -> None:
    """Raises NotAllowed where the one who proposed would confirm; the command line may always."""
    if by != CLI and str(by) == proposed_by:
        raise NotAllowed("same-eyes", "Somebody other than the one who proposed must confirm.")


def is_id(written: str) -> bool:
    """Whether it may be a record's id in the audit, or empty."""
    return _SUBJECT.fullmatch(written) is not None


def checked_subject(subject: UUID | str) -> str:
    """The subject as it is written: a record's id, never a text; raises TypeError for anything else."""
    written = str(subject)
    if not is_id(written):
        raise TypeError("The audit names a record by its id alone.")
    return written


def checked_details(action: Action, details: Mapping[str, Detail]) -> dict[str, str | int | bool]:
    """The details as they are written; raises TypeError for any that the action does not carry."""
    kinds = DETAILS.get(action, {})
    if details.keys() != kinds.keys() or any(type(value) is not kinds[name] for name, value in details.items()):
        raise TypeError(f"The audit's action {action} carries {sorted(kinds)}, each of its own kind.")
    return {name: str(value) if isinstance(value, StrEnum | UUID) else value for name, value in details.items()}
