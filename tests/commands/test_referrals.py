"""Agreements, keys and retentions at the command line, as an operator uses it."""

import base64
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from tests.cast import demo_playbook
from tests.conftest import DatabaseUrls, empty_all_tables
from tests.demonstration import hotline

KEYS = base64.b64encode(b"k" * 32).decode()


def run(urls: DatabaseUrls, folder: Path, *arguments: str) -> CompletedProcess[str]:
    mail: dict[str, Any] = {"SMTP_URL": "smtps://mail.example", "MAIL_FROM": "post@hotline.example"}
    return hotline(*arguments, **mail, DATABASE_URL=urls.app, SESSION_KEYS=KEYS, REFERRAL_KEYS=str(folder))


@pytest.fixture
async def empty(database_urls: DatabaseUrls) -> DatabaseUrls:
    await empty_all_tables(database_urls)
    return database_urls


def test_an_operator_enters_shows_and_ends_an_agreement(empty: DatabaseUrls, tmp_path: Path) -> None:
    centre = min(demo_playbook().directory.centres)
    folder = tmp_path / "keys"
    terms = ("--with", "Leitung", "--on", "2026-01-02", "--email", "post@beratung.example", "--answer-days", "4")
    added = run(empty, folder, "referrals", "agreement", "add", centre, *terms)
    assert added.returncode == 0, added.stderr
    assert added.stdout.startswith(f"{centre}  from 2026-01-02, with Leitung; received in 1, answered in 4")
    assert run(empty, folder, "referrals", "agreement", "show").stdout == added.stdout
    wrong = run(empty, folder, "referrals", "agreement", "add", centre, "--with", "Leitung", "--email", "post")
    assert (wrong.returncode, wrong.stdout, wrong.stderr.count("\n")) == (1, "", 1)
    ended = run(empty, folder, "referrals", "agreement", "end", centre)
    assert ended.returncode == 0
    assert " to 20" in ended.stdout


def test_keys_are_renewed_and_nothing_is_overdue(empty: DatabaseUrls, tmp_path: Path) -> None:
    renewed = run(empty, tmp_path / "keys", "referrals", "rotate-keys")
    assert renewed.stdout == "Keys were renewed for 0 weeks.\n"
    told = run(empty, tmp_path / "keys", "retention")
    assert told.returncode == 0
    names = ("referrals", "keys", "steps", "callbacks", "voicemails", "keys of the line", "text messages")
    assert told.stdout.splitlines()[-len(names) :] == [f"overdue {name}: 0" for name in names]


def test_without_settings_it_is_one_sentence() -> None:
    unset = hotline("referrals", "agreement", "show")
    assert (unset.returncode, unset.stderr) == (1, "DATABASE_URL, SESSION_KEYS and REFERRAL_KEYS must be set.\n")
    assert "| `referral` |" in hotline("retention").stdout
