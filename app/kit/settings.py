"""The settings: what each means, where it comes from, and what production refuses."""

from pathlib import Path
from typing import Annotated, Final

from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.kit import written
from app.kit.errors import SettingError
from app.kit.paths import PROJECT_ROOT

DEMO_PREFIX: Final = "demo-"


class Settings(BaseSettings):
    """Each field is read from the environment variable of its name in capitals; an empty one counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    database_url: Annotated[
        str | None,
        Field(
            repr=False,
            description="PostgreSQL 18 as `postgresql://user:password@host/name`; unset: the embedded server.",
        ),
    ] = None
    hotline_port: Annotated[int, Field(ge=1, le=65535, description="The port to listen on.")] = 8000
    public_base_url: Annotated[
        str,
        AfterValidator(written.base_url),
        Field(
            default_factory=lambda data: f"http://127.0.0.1:{data['hotline_port']}",
            description="The address under which Twilio and people reach the hotline, without a path.",
            json_schema_extra={"default_text": "`http://127.0.0.1:PORT`"},
        ),
    ]
    hotline_data: Annotated[
        Path,
        Field(
            description="The folder for the embedded database and the demo's secrets.",
            json_schema_extra={"default_text": "`.data` in the checkout"},
        ),
    ] = PROJECT_ROOT / ".data"
    hotline_number: Annotated[
        str,
        AfterValidator(written.telephone_number),
        Field(description="The line's own telephone number, like `+49` and digits."),
    ] = ""
    twilio_account_sid: Annotated[str, Field(description="The Twilio account; it starts with `AC`.")] = ""
    twilio_auth_token: Annotated[
        str, Field(repr=False, description="The account's token, with which webhooks are signed.")
    ] = ""
    twilio_auth_token_next: Annotated[
        str, Field(repr=False, description="The token that will replace it; webhooks signed with it are accepted too.")
    ] = ""
    twilio_region: Annotated[
        str, Field(pattern=r"^[a-z]{2}\d$", description="Twilio's region, for example `ie1` for Europe.")
    ] = "us1"
    twilio_api_key_sid: Annotated[
        str,
        Field(
            pattern=r"^(SK[0-9a-fA-F]{32})?$",
            description="An API key of the account, made in the same region, with which softphones are let in; it "
            "starts with `SK`; unset: no softphones.",
        ),
    ] = ""
    twilio_api_key_secret: Annotated[str, Field(repr=False, description="The secret of that key.")] = ""
    twilio_twiml_app_sid: Annotated[
        str,
        Field(
            pattern=r"^(AP[0-9a-fA-F]{32})?$",
            description="The TwiML app of softphones, whose voice address is `/voice/agent` here; it starts with `AP`.",
        ),
    ] = ""
    session_keys: Annotated[
        str,
        AfterValidator(written.sealing_keys),
        Field(repr=False, description="Keys of 32 bytes in base64, separated by commas; the first seals, all open."),
    ] = ""
    referral_keys: Annotated[
        Path | None,
        Field(
            description="The folder of the keys that open referrals, callbacks and voice messages, which all nodes "
            "share: outside the database and its backups, and never copied, so that what was withdrawn stays closed.",
            json_schema_extra={"default_text": "the demo's: `referral_keys` in `HOTLINE_DATA`"},
        ),
    ] = None
    oidc_issuer: Annotated[
        str,
        AfterValidator(written.issuer),
        Field(description="The OpenID provider by which people sign in, as it names itself; unset: by password alone."),
    ] = ""
    oidc_client_id: Annotated[str, Field(description="The name under which the provider knows the hotline.")] = ""
    oidc_client_secret: Annotated[
        str, Field(repr=False, description="The secret by which the provider knows that it is the hotline that asks.")
    ] = ""
    oidc_name: Annotated[str, Field(description="What the button for it says, for example the office's name.")] = ""
    oidc_acr: Annotated[
        str, Field(description="The `acr` value that every sign-in must have, for example one for two factors.")
    ] = ""
    smtp_url: Annotated[
        str,
        AfterValidator(written.mail_server),
        Field(
            repr=False,
            description="The server for e-mails to centres: `smtps://user:password@host:465`, or `smtp://…:587` by "
            "STARTTLS; unset: no e-mails.",
        ),
    ] = ""
    mail_from: Annotated[
        str, AfterValidator(written.mail_address), Field(description="The address that e-mails to centres come from.")
    ] = ""
    sms_sender: Annotated[
        str,
        AfterValidator(written.sms_sender),
        Field(
            description="Who text messages to callers come from: a number, or up to eleven letters and digits that say "
            "nothing of the hotline; unset: production sends none."
        ),
    ] = ""
    quiet_number: Annotated[
        str,
        AfterValidator(written.telephone_number),
        Field(
            description="A second number of the account, published nowhere, that shows where somebody wishes to be "
            "called without the line's own; unset: they are not called."
        ),
    ] = ""
    supervisor_listening: Annotated[
        bool,
        Field(
            description="Whether a supervisor may listen to a conversation, after the caller was told and allowed it."
        ),
    ] = False
    publish_noise: Annotated[
        bool,
        Field(
            description="Whether statistics get a second noise at publication; without it they are finer, but a copy "
            "of the database together with a publication tells more."
        ),
    ] = True
    speak_drafts: Annotated[
        bool, Field(description="Whether production speaks texts that nobody has reviewed yet; the demo always does.")
    ] = False
    allow_speech: Annotated[
        bool,
        Field(
            description="Whether callers may also speak in production, which an outside service turns into text; the "
            "demo always lets them."
        ),
    ] = False
    public_statistics: Annotated[
        bool, Field(description="Whether anybody may read published figures at `/api/v1/statistics`; else reviewers.")
    ] = False
    phone_page: Annotated[
        bool, Field(description="Whether production has the telephone page; the demo always has it.")
    ] = False
    search_meaning: Annotated[
        bool,
        Field(description="Whether the knowledge is searched by meaning too, where `./run setup meaning` was run."),
    ] = True

    @property
    def referral_keys_folder(self) -> Path:
        """Where the keys of referrals lie."""
        return self.referral_keys or self.hotline_data / "referral_keys"


def get_settings() -> Settings:
    """The settings of this process; raises SettingError naming the first variable that is wrong, without its value."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]).upper() if first["loc"] else "The settings"
        reason = first["msg"].removeprefix("Value error, ").rstrip(".")
        raise SettingError(f"{name} is wrong: {reason[:1].lower()}{reason[1:]}.") from None


def settings_table() -> str:
    """All settings as a Markdown table, one row each in the order of their declaration."""
    rows = ["| Setting | Default | Meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        extra = field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}
        default = extra.get("default_text") or _default_text(field.default)
        rows.append(f"| `{name.upper()}` | {default} | {field.description} |")
    return "\n".join(rows) + "\n"


def _default_text(value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"`{value}`" if value else ""


def production_faults(settings: Settings) -> list[str]:
    """Why production must not start with these settings, one sentence each; an empty list means that it may."""
    token = settings.twilio_auth_token
    checks = (
        (not settings.database_url, "DATABASE_URL is not set: production does not run on the embedded database."),
        (not token, "TWILIO_AUTH_TOKEN is not set."),
        (token.startswith(DEMO_PREFIX), "TWILIO_AUTH_TOKEN is a token of the demo."),
        (
            settings.twilio_auth_token_next.startswith(DEMO_PREFIX),
            "TWILIO_AUTH_TOKEN_NEXT is a token of the demo.",
        ),
        (not settings.twilio_account_sid, "TWILIO_ACCOUNT_SID is not set."),
        (not settings.session_keys, "SESSION_KEYS is not set: it needs at least one key of 32 bytes in base64."),
        (settings.referral_keys is None, "REFERRAL_KEYS is not set: it names the folder of the keys of referrals."),
        (not settings.public_base_url.startswith("https://"), "PUBLIC_BASE_URL must begin with https://."),
        (not settings.hotline_number, "HOTLINE_NUMBER is not set."),
        (
            bool(settings.oidc_issuer) and not settings.oidc_issuer.startswith("https://"),
            "OIDC_ISSUER must begin with https://.",
        ),
    )
    found = [sentence for wrong, sentence in checks if wrong]
    return [*found, *provider_faults(settings), *mail_faults(settings), *softphone_faults(settings)]


def mail_faults(settings: Settings) -> list[str]:
    """One sentence where one of the two settings of e-mails is there without the other."""
    pair = {"SMTP_URL": settings.smtp_url, "MAIL_FROM": settings.mail_from}
    missing = [name for name, value in pair.items() if not value]
    return [f"{missing[0]} is not set: e-mails need SMTP_URL and MAIL_FROM."] if len(missing) == 1 else []


def softphone_faults(settings: Settings) -> list[str]:
    """One sentence for each setting of softphones that is missing while others are there."""
    needed = ("twilio_api_key_sid", "twilio_api_key_secret", "twilio_twiml_app_sid")
    missing = [name.upper() for name in needed if not getattr(settings, name)]
    if len(missing) == len(needed):
        return []
    return [f"{name} is not set: softphones need a key, its secret and a TwiML app." for name in missing]


def provider_faults(settings: Settings) -> list[str]:
    """One sentence for each setting of the OpenID provider that is missing while others are there."""
    needed = ("oidc_issuer", "oidc_client_id", "oidc_client_secret", "oidc_name")
    there = [name for name in (*needed, "oidc_acr") if getattr(settings, name)]
    if not there:
        return []
    return [
        f"{name.upper()} is not set, but {there[0].upper()} is: sign-in by a provider needs both."
        for name in needed
        if name not in there
    ]
