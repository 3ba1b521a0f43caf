"""Why a deed with accounts is refused: each has a code that a page translates, and a sentence for the command line.

AccountRefused
├── LoginRefused        login, password, factor or provider do not open an account; never says which
├── LoginThrottled      too many tries; says after how many seconds the next one counts
├── SessionOver         the token opens no session any more
├── WrongStage          the session is not at the stage that the deed needs
├── StepUpNeeded        the deed needs a proof of a few minutes ago
├── PasswordRefused     the new password is too short, too long, too easy or the old one
├── PersonRefused       a field of a person is wrong or already taken
├── NotAllowed          a rule about people, such as four eyes, stands against it
├── PersonUnknown       no such person within reach
└── DemoOnly            only the demo does that
"""

from typing import ClassVar

from app.kit.errors import HotlineError


class AccountRefused(HotlineError):
    """`code` names the text that a page shows, like `login-refused` or `password-too-short`."""

    code: str

    def __init__(self, code: str, sentence: str) -> None:
        self.code = code
        super().__init__(sentence)


class _Fixed(AccountRefused):
    """A refusal with one code and one sentence."""

    CODE: ClassVar[str]
    SENTENCE: ClassVar[str]

    def __init__(self) -> None:
        super().__init__(self.CODE, self.SENTENCE)


class LoginRefused(_Fixed):
    """The same whatever was wrong."""

    CODE = "login-refused"
    SENTENCE = "The login, the password or the code is wrong, or the account may not be used."


class LoginThrottled(AccountRefused):
    """Too many tries in a short time."""

    retry_after_seconds: int

    def __init__(self, retry_after_seconds: int) -> None:
        self.retry_after_seconds = retry_after_seconds
        super().__init__("login-throttled", f"There were too many tries: try again in {retry_after_seconds} seconds.")


class SessionOver(_Fixed):
    """The token opens no session: it ended, was replaced, or never was."""

    CODE = "session-over"
    SENTENCE = "The session has ended: log in again."


class WrongStage(_Fixed):
    """The session has not come far enough, or is past this."""

    CODE = "wrong-stage"
    SENTENCE = "The login is not at this step: go on where it stands."


class StepUpNeeded(_Fixed):
    """The last proof is older than STEP_UP_LIFE."""

    CODE = "step-up-needed"
    SENTENCE = "This needs the password and a code once more."


class PasswordRefused(AccountRefused):
    """Codes: password-too-short, password-too-long, password-too-easy, password-unchanged."""


class PersonRefused(AccountRefused):
    """Codes: login-malformed, login-taken, name-malformed, centre-missing, centre-not-for-role, centre-malformed.

    `field` is the form's field: login, display_name or centre_id.
    """

    field: str

    def __init__(self, code: str, sentence: str, *, field: str) -> None:
        self.field = field
        super().__init__(code, sentence)


class NotAllowed(AccountRefused):
    """A rule about people stands against it.

    Codes: not-an-administrator, not-yourself, same-eyes, last-administrator, four-eyes-needed, not-proposable,
    not-proposed, already-proposed, not-disabled, command-line-only, signs-in-by-provider.
    """


class PersonUnknown(_Fixed):
    """No such person, or not within reach."""

    CODE = "person-unknown"
    SENTENCE = "There is no such person."


class DemoOnly(_Fixed):
    """Demo people exist in the demo alone."""

    CODE = "demo-only"
    SENTENCE = "Only the demo does that."
