"""What the room of accounts speaks of: people, sessions, visitors, and the entries of the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal
from uuid import UUID

Language = Literal["de", "en"]
# Who did a deed: a person by id, or somebody at the command line.
Cli = Literal["cli"]
Actor = UUID | Cli
CLI: Final[Cli] = "cli"


class Role(StrEnum):
    """What a person does at the hotline; each has exactly one."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    EDITOR = "editor"
    CENTRE_STAFF = "centre-staff"
    REVIEWER = "reviewer"
    ADMINISTRATOR = "administrator"


class State(StrEnum):
    """Whether a person may log in: only where active."""

    PROPOSED = "proposed"
    ACTIVE = "active"
    DISABLED = "disabled"


class SignIn(StrEnum):
    """How a person proves who they are: here, or at the OpenID provider."""

    PASSWORD = "password"  # noqa: S105 - a word, not a password
    OIDC = "oidc"


class Stage(StrEnum):
    """How far a session has come; only FULL opens pages."""

    SECOND_FACTOR = "second-factor"
    CHANGE_PASSWORD = "change-password"  # noqa: S105 - a stage
    ENROL = "enrol"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in, without anything secret.

    `centre_id` is a centre's id or `operator:<id>`, for centre staff only. `proposed_by` is set while somebody is
    proposed as an administrator, who keeps the present role and state until another one confirms.
    """

    id: UUID
    login: str
    display_name: str
    role: Role
    centre_id: str | None
    language: Language
    sign_in: SignIn
    state: State
    must_change_password: bool
    has_second_factor: bool
    demo: bool
    created_at: datetime
    created_by: str
    confirmed_by: str | None
    proposed_by: str | None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is behind a session's token, at whatever stage.

    `session_key` is opaque and changes with the token; `authenticated_at` is when a password or factor was last
    proved; `idle_ends_at` moves with every renewal, `ends_at` never does.
    """

    session_key: str
    person_id: UUID
    login: str
    display_name: str
    role: Role
    centre_id: str | None
    stage: Stage
    language: Language
    authenticated_at: datetime
    idle_ends_at: datetime
    ends_at: datetime
    demo: bool
    sign_in: SignIn


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A session's new token, which replaces the one before it; `device` is set when it became full.

    Both go into cookies: `token` for the session, `device` for DEVICE_LIFE so that later logins count as known.
    """

    token: str
    stage: Stage
    person: Person
    device: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What an authenticator application needs: the secret in base32 and the same as an otpauth address."""

    secret: str
    uri: str


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The session's new token, and the recovery codes, which are shown once and cannot be read again."""

    signed_in: SignedIn
    recovery_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FirstPassword:
    """A person with a password made for them, shown once and to be changed; None for who signs in by a provider."""

    person: Person
    password: str | None


class LineSetting(StrEnum):
    """What supervisors may turn about the waiting line."""

    OFFER_SECONDS = "offer-seconds"
    UNANSWERED_OFFERS = "unanswered-offers"
    WRAP_UP_MINUTES = "wrap-up-minutes"
    SECOND_LANGUAGE_SECONDS = "second-language-seconds"
    INTERPRETER_SECONDS = "interpreter-seconds"
    LONGEST_WAIT_MINUTES = "longest-wait-minutes"
    NOBODY_MINUTES = "nobody-minutes"
    SERVICE_LEVEL_SECONDS = "service-level-seconds"
    CALLBACKS = "callbacks"
    VOICEMAIL = "voicemail"


class Action(StrEnum):
    """What the audit tells; `app.accounts.rules.DETAILS` says which details each may carry."""

    LOGGED_IN = "logged-in"
    LOGIN_REFUSED = "login-refused"
    FACTOR_REFUSED = "factor-refused"
    RECOVERY_CODE_USED = "recovery-code-used"
    STEPPED_UP = "stepped-up"
    LOGGED_OUT = "logged-out"
    LOGGED_OUT_EVERYWHERE = "logged-out-everywhere"
    PASSWORD_CHANGED = "password-changed"  # noqa: S105 - an action
    FACTOR_ENROLLED = "factor-enrolled"
    RECOVERY_CODES_RENEWED = "recovery-codes-renewed"
    PROVIDER_LINKED = "provider-linked"
    PERSON_ADDED = "person-added"
    PERSON_RENAMED = "person-renamed"
    ROLE_CHANGED = "role-changed"
    ADMINISTRATOR_PROPOSED = "administrator-proposed"
    ADMINISTRATOR_CONFIRMED = "administrator-confirmed"
    ADMINISTRATOR_DECLINED = "administrator-declined"
    PERSON_DISABLED = "person-disabled"
    PERSON_ENABLED = "person-enabled"
    PASSWORD_RESET = "password-reset"  # noqa: S105 - an action
    FACTOR_RESET = "factor-reset"
    DEMO_ENTERED = "demo-entered"
    WITHDRAWAL_PROPOSED = "withdrawal-proposed"
    WITHDRAWN_AT_ONCE = "withdrawn-at-once"
    WITHDRAWAL_CONFIRMED = "withdrawal-confirmed"
    WITHDRAWAL_DECLINED = "withdrawal-declined"
    RETURN_PROPOSED = "return-proposed"
    RETURN_DECLINED = "return-declined"
    RETURN_CONFIRMED = "return-confirmed"
    WITHDRAWAL_DONE = "withdrawal-done"
    RELOAD_ASKED = "reload-asked"
    TEXT_REVIEWED = "text-reviewed"
    REVIEW_TAKEN_BACK = "review-taken-back"
    REPORT_DONE = "report-done"
    REPORT_REOPENED = "report-reopened"
    REFERRAL_MADE = "referral-made"
    REFERRAL_RECEIVED = "referral-received"
    REFERRAL_OPENED = "referral-opened"
    REFERRAL_MESSAGES_READ = "referral-messages-read"
    REFERRAL_ACCEPTED = "referral-accepted"
    REFERRAL_DECLINED = "referral-declined"
    REFERRAL_FORWARDED = "referral-forwarded"
    REFERRAL_CONTACTED = "referral-contacted"
    REFERRAL_COMPLETED = "referral-completed"
    REFERRAL_WITHDRAWN = "referral-withdrawn"
    REFERRAL_KEYS_ROTATED = "referral-keys-rotated"
    AGREEMENT_SET = "agreement-set"
    AGREEMENT_ENDED = "agreement-ended"
    WEBHOOK_SECRET_RENEWED = "webhook-secret-renewed"  # noqa: S105 - an action
    CENTRE_ENTRY_SAVED = "centre-entry-saved"
    SKILLS_SET = "skills-set"
    SHIFTS_SET = "shifts-set"
    AGENT_REMOVED = "agent-removed"
    INTERPRETER_SAVED = "interpreter-saved"
    INTERPRETER_REMOVED = "interpreter-removed"
    VOICEMAIL_OPENED = "voicemail-opened"
    VOICEMAIL_HANDLED = "voicemail-handled"
    CALLBACK_WITHDRAWN = "callback-withdrawn"
    LINE_HOURS_SET = "line-hours-set"
    LINE_CLOSURE_SET = "line-closure-set"
    LINE_CLOSURE_REMOVED = "line-closure-removed"
    LINE_SETTING_SET = "line-setting-set"
    ANNOUNCEMENT_SET = "announcement-set"
    ANNOUNCEMENT_ENDED = "announcement-ended"
    STATUS_SET = "status-set"
    LISTENING_ASKED = "listening-asked"
    LISTENING_JOINED = "listening-joined"


# A detail is a word of a closed set, a number, a truth value or a record's id: never free text.
Detail = StrEnum | UUID | bool | int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line of the audit; `actor` and `subject` are a record's id, "cli" or empty, never a name.

    `action` is a value of Action, unless a later version of the program or a forger wrote the line.
    """

    seq: int
    at: datetime
    actor: str
    action: str
    subject: str
    details: Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Entries from the newest to the oldest; the next page begins `before` this number, None on the last."""

    entries: tuple[AuditEntry, ...]
    next_before: int | None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What a check of the audit found: how many entries hold, and the first that does not, with the reason's code.

    `head` is "SEQ:HEX" to be noted outside; a later check that is given it also finds an old copy put back.
    """

    sound: int
    broken_seq: int | None
    reason: str | None
    head: str | None
