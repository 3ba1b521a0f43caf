"""Settings come from the environment, faults name the variable, and production refuses what is not safe."""

import base64
import re
import stat
from pathlib import Path

import pytest

from app.kit.crypto import KeyRing
from app.kit.demo_secrets import with_demo_secrets
from app.kit.errors import SettingError
from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings, get_settings, production_faults, settings_table

KEY = base64.b64encode(b"k" * 32).decode()
SAFE = {
    "DATABASE_URL": "postgresql://hotline_app:secret@db/hotline",
    "PUBLIC_BASE_URL": "https://hotline.example/",
    "HOTLINE_NUMBER": "+493023125000",
    "TWILIO_ACCOUNT_SID": "AC0",
    "TWILIO_AUTH_TOKEN": "token",
    "SESSION_KEYS": KEY,
    "REFERRAL_KEYS": "/keys",
}
PROVIDER = {
    "OIDC_ISSUER": "https://login.example/realms/hotline",
    "OIDC_CLIENT_ID": "hotline",
    "OIDC_CLIENT_SECRET": "secret-3",
    "OIDC_NAME": "Amt Beispiel",
}


def set_all(monkeypatch: pytest.MonkeyPatch, values: dict[str, str]) -> None:
    for name, value in values.items():
        monkeypatch.setenv(name, value)


def test_defaults_serve_a_newcomer() -> None:
    settings = get_settings()
    assert settings.database_url is None
    assert settings.public_base_url == "http://127.0.0.1:8000"
    assert settings.hotline_data == PROJECT_ROOT / ".data"
    assert settings.twilio_region == "us1"
    assert not settings.speak_drafts
    assert not settings.phone_page


def test_the_public_address_follows_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOTLINE_PORT", "8123")
    assert get_settings().public_base_url == "http://127.0.0.1:8123"


SOFTPHONES = {
    "TWILIO_API_KEY_SID": "SK" + "0" * 32,
    "TWILIO_API_KEY_SECRET": "secret-4",
    "TWILIO_TWIML_APP_SID": "AP" + "0" * 32,
}


def test_production_may_have_softphones_or_none(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SAFE | SOFTPHONES)
    assert production_faults(get_settings()) == []
    assert "secret-4" not in repr(get_settings())


@pytest.mark.parametrize("name", SOFTPHONES)
def test_a_softphone_needs_all_its_settings(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    set_all(monkeypatch, SAFE | SOFTPHONES | {name: ""})
    assert production_faults(get_settings()) == [
        f"{name} is not set: softphones need a key, its secret and a TwiML app."
    ]


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, dict.fromkeys((name.upper() for name in Settings.model_fields), ""))
    assert get_settings() == Settings.model_validate({})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOTLINE_PORT", "eighty"),
        ("HOTLINE_PORT", "70000"),
        ("HOTLINE_NUMBER", "030 23125 000"),
        ("PUBLIC_BASE_URL", "hotline.example"),
        ("PUBLIC_BASE_URL", "https://hotline.example/path"),
        ("SESSION_KEYS", "geheim"),
        ("SESSION_KEYS", f"{KEY},c2hvcnQ="),
        ("TWILIO_REGION", "Europe"),
        ("TWILIO_API_KEY_SID", "AC0"),
        ("TWILIO_TWIML_APP_SID", "geheim"),
        ("SPEAK_DRAFTS", "perhaps"),
        ("OIDC_ISSUER", "login.example"),
        ("OIDC_ISSUER", "http://login.example"),
        ("OIDC_ISSUER", "http://127.0.0.1.example"),
        ("OIDC_ISSUER", "ftp://127.0.0.1"),
        ("OIDC_ISSUER", "https://[login.example"),
        ("OIDC_ISSUER", "https://login.example/?realm=geheim"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingError) as caught:
        get_settings()
    assert str(caught.value).startswith(f"{name} is wrong: ")
    assert "\n" not in str(caught.value)
    assert "geheim" not in str(caught.value)


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    tokens = {"TWILIO_AUTH_TOKEN": "geheim-1", "TWILIO_AUTH_TOKEN_NEXT": "geheim-2"}
    set_all(monkeypatch, SAFE | PROVIDER | tokens)
    shown = repr(get_settings())
    assert not re.search(f"geheim|secret|{re.escape(KEY)}", shown)


def test_production_starts_with_safe_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SAFE)
    assert production_faults(get_settings()) == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *((name, "") for name in SAFE),
        ("TWILIO_AUTH_TOKEN", "demo-0123"),
        ("TWILIO_AUTH_TOKEN_NEXT", "demo-0123"),
        ("PUBLIC_BASE_URL", "http://hotline.example"),
    ],
)
def test_production_refuses_each_unsafe_setting(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    set_all(monkeypatch, SAFE | {name: value})
    (fault,) = production_faults(get_settings())
    assert fault.startswith(name)
    assert fault.endswith(".")


@pytest.mark.parametrize("issuer", ["https://login.example/", "http://127.0.0.1:8080", "http://[::1]/realm"])
def test_a_provider_is_reached_safely_or_lies_on_the_same_machine(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    monkeypatch.setenv("OIDC_ISSUER", issuer)
    assert get_settings().oidc_issuer == issuer


@pytest.mark.parametrize("more", [{}, {"OIDC_ACR": "https://refeds.org/profile/mfa"}])
def test_production_starts_with_a_provider(monkeypatch: pytest.MonkeyPatch, more: dict[str, str]) -> None:
    set_all(monkeypatch, SAFE | PROVIDER | more)
    assert production_faults(get_settings()) == []


@pytest.mark.parametrize("missing", PROVIDER)
def test_production_refuses_a_provider_of_which_something_is_missing(
    monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    set_all(monkeypatch, SAFE | PROVIDER | {missing: ""})
    (fault,) = production_faults(get_settings())
    assert re.fullmatch(rf"{missing} is not set, but OIDC_\w+ is: .*\.", fault)


def test_production_refuses_a_lonely_demand_on_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    set_all(monkeypatch, SAFE | {"OIDC_ACR": "https://refeds.org/profile/mfa"})
    assert [fault.split()[0] for fault in production_faults(get_settings())] == list(PROVIDER)


@pytest.mark.parametrize("issuer", ["http://127.0.0.1:8080", "HTTP://localhost"])
def test_production_refuses_a_provider_without_encryption(monkeypatch: pytest.MonkeyPatch, issuer: str) -> None:
    set_all(monkeypatch, SAFE | PROVIDER | {"OIDC_ISSUER": issuer})
    assert production_faults(get_settings()) == ["OIDC_ISSUER must begin with https://."]


def test_the_demo_makes_its_secrets_once_and_for_its_user_alone(tmp_path: Path) -> None:
    settings = Settings(hotline_data=tmp_path / "data")
    demo = with_demo_secrets(settings)
    assert demo.twilio_auth_token.startswith("demo-")
    assert re.fullmatch("AC[0-9a-f]{32}", demo.twilio_account_sid)
    assert KeyRing.from_setting(demo.session_keys).seal(b"", bound_to=b"")
    assert with_demo_secrets(settings) == demo
    assert with_demo_secrets(Settings(hotline_data=tmp_path / "other")).session_keys != demo.session_keys
    (file,) = (tmp_path / "data").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_demo_keeps_what_is_set(tmp_path: Path) -> None:
    settings = Settings(hotline_data=tmp_path, hotline_number="+4930123456", session_keys=KEY)
    demo = with_demo_secrets(settings)
    assert (demo.hotline_number, demo.session_keys) == ("+4930123456", KEY)


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"session_keys": "short", "twilio_auth_token": "t"}'])
def test_a_broken_file_of_secrets_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "demo_secrets.json").write_text(content, encoding="utf-8")
    with pytest.raises(SettingError, match="remove that file"):
        with_demo_secrets(Settings(hotline_data=tmp_path))


def test_a_data_folder_that_cannot_be_made_names_its_setting(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SettingError, match="HOTLINE_DATA"):
        with_demo_secrets(Settings(hotline_data=tmp_path / "file" / "data"))


def test_the_table_has_a_row_with_a_meaning_for_each_setting() -> None:
    rows = settings_table().splitlines()[2:]
    assert [row.split("`")[1] for row in rows] == [name.upper() for name in Settings.model_fields]
    assert all(re.search(r"\| [^|]+\. \|$", row) for row in rows)
    assert str(PROJECT_ROOT) not in settings_table()
