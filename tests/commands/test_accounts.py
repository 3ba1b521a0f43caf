"""People and the audit at the command line, as an operator uses it."""

import base64
import json
import re
from subprocess import CompletedProcess

import asyncpg

from tests.conftest import DatabaseUrls, empty_all_tables
from tests.demonstration import hotline

KEYS = base64.b64encode(b"k" * 32).decode()


def run(urls: DatabaseUrls, *arguments: str) -> CompletedProcess[str]:
    return hotline(*arguments, DATABASE_URL=urls.app, SESSION_KEYS=KEYS)


async def test_an_operator_adds_the_first_administrator_and_checks_the_audit(database_urls: DatabaseUrls) -> None:
    await empty_all_tables(database_urls)
    added = run(database_urls, "users", "add", "Ada", "--role", "administrator")
    assert added.returncode == 0, added.stderr
    assert re.search(r"First password of ada: \S{12,}", added.stdout)
    again = run(database_urls, "users", "add", "ada", "--role", "agent")
    assert (again.returncode, again.stdout) == (1, "")
    assert "login" in again.stderr
    assert "Traceback" not in again.stderr
    assert run(database_urls, "users", "list").stdout == "ada  administrator  active\n"
    report = json.loads(run(database_urls, "audit", "verify", "--json").stdout)
    assert (report["sound"], report["reason"]) == (1, None)
    owner = await asyncpg.connect(database_urls.owner)
    await owner.execute("ALTER TABLE audit_entry DISABLE TRIGGER ALL")
    await owner.execute("UPDATE audit_entry SET subject = 'somebody-else'")
    await owner.execute("ALTER TABLE audit_entry ENABLE TRIGGER ALL")
    await owner.close()
    broken = run(database_urls, "audit", "verify")
    assert broken.returncode == 1
    assert "broken at entry 1" in broken.stdout


def test_a_login_that_nobody_has_and_a_missing_setting_are_told_in_one_sentence(database_urls: DatabaseUrls) -> None:
    nobody = run(database_urls, "users", "disable", "nobody")
    assert (nobody.returncode, nobody.stderr.count("\n")) == (1, 1)
    assert "users list" in nobody.stderr
    unset = hotline("users", "list")
    assert (unset.returncode, unset.stderr.count("\n")) == (1, 1)
    assert "DATABASE_URL" in unset.stderr
