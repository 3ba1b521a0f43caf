"""Pages reach the tables through one transaction that says how far it sees, and the database holds it to that."""

import ast
import asyncio
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.kit.errors import DatabaseUnreachable, SettingError
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import EVERYTHING, NOTHING, Database, Reach, only, open_database, transaction
from tests.conftest import DatabaseUrls, empty_all_tables

INSERT = text(
    "INSERT INTO person (id, login, display_name, role, centre_id, language, must_change_password, sign_in, state,"
    " demo, created_at, created_by) VALUES (:id, :login, 'Name', :role, :centre, 'de', false, 'oidc', 'active',"
    " false, :at, 'cli')"
)
OWNERS = {"of-a": "centre-a", "of-b": "centre-b", "of-operator": "operator:o", "of-nobody": None}
SEEN = [
    (EVERYTHING, {"of-a", "of-b", "of-operator", "of-nobody"}),
    (NOTHING, set()),
    (only(), set()),
    (only("centre-a"), {"of-a"}),
    (only("centre-a", "operator:o"), {"of-a", "of-operator"}),
    (only("centre"), set()),
    (only("o"), set()),
]
# Who may make an engine or a session: the transaction, and the migrations, which run before there are tables.
MAKERS = {
    "app/kit/reach.py": {"create_async_engine", "AsyncSession", "_engine"},
    "app/kit/db.py": {"create_async_engine"},
}
MAKING = {
    *("create_engine", "create_async_engine", "engine_from_config", "AsyncEngine", "Engine"),
    *("AsyncSession", "Session", "sessionmaker", "async_sessionmaker", "scoped_session", "async_scoped_session"),
    *("AsyncConnection", "_engine"),
}


async def add(database: Database, reach: Reach, login: str, centre: str | None) -> None:
    role = "agent" if centre is None else "centre-staff"
    values = {"id": uuid.uuid4(), "login": login, "role": role, "centre": centre, "at": datetime.now(UTC)}
    async with transaction(database, reach) as session:
        await session.execute(INSERT, values)


async def fill(database: Database) -> None:
    for login, centre in OWNERS.items():
        await add(database, EVERYTHING, login, centre)


async def logins(database: Database, reach: Reach) -> set[str]:
    async with transaction(database, reach) as session:
        return set(await session.scalars(text("SELECT login FROM person")))


@pytest.mark.parametrize(("reach", "seen"), SEEN)
async def test_a_transaction_sees_the_rows_within_its_reach(database: Database, reach: Reach, seen: set[str]) -> None:
    await fill(database)
    assert await logins(database, reach) == seen


@pytest.mark.parametrize(("reach", "seen"), SEEN)
async def test_a_transaction_changes_the_rows_within_its_reach(
    database: Database, reach: Reach, seen: set[str]
) -> None:
    await fill(database)
    async with transaction(database, reach) as session:
        changed = await session.scalars(text("UPDATE person SET display_name = 'Other' RETURNING login"))
        assert set(changed) == seen
    for login, centre in OWNERS.items():
        if login in seen:
            await add(database, reach, f"new-{login}", centre)
            continue
        with pytest.raises(DBAPIError, match="row-level security"):
            await add(database, reach, f"new-{login}", centre)


async def test_no_row_is_moved_out_of_reach(database: Database) -> None:
    await fill(database)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with transaction(database, only("centre-a")) as session:
            await session.execute(text("UPDATE person SET centre_id = 'centre-b'"))


async def test_a_reach_ends_with_its_transaction_on_the_same_connection(database_urls: DatabaseUrls) -> None:
    await empty_all_tables(database_urls)
    database = await open_database(database_urls.app, most=1)
    await fill(database)
    assert len(await logins(database, EVERYTHING)) == 4
    async with database._engine.connect() as connection:
        assert list(await connection.scalars(text("SELECT login FROM person"))) == []
        assert await connection.scalar(text("SELECT current_setting('hotline.reach', true)")) == ""
    await database.close()


async def test_two_transactions_at_once_do_not_share_a_reach(database: Database) -> None:
    await fill(database)
    reaches = [only("centre-a"), only("centre-b"), NOTHING, EVERYTHING] * 10
    seen = await asyncio.gather(*(logins(database, reach) for reach in reaches))
    assert [len(found) for found in seen] == [1, 1, 0, 4] * 10


async def add_twice(database: Database) -> None:
    async with transaction(database, EVERYTHING) as session:
        for _ in range(2):
            values = {"id": uuid.uuid4(), "login": "twice", "role": "agent", "centre": None, "at": datetime.now(UTC)}
            await session.execute(INSERT, values)


async def test_a_transaction_is_kept_whole_or_not_at_all(database: Database) -> None:
    with pytest.raises(DBAPIError, match="person_login_key"):
        await add_twice(database)
    assert await logins(database, EVERYTHING) == set()


@pytest.mark.parametrize("name", ["", "*", "a,b", "Centre", "operator:", "a b", "x'", "a--b"])
def test_a_reach_takes_only_ids_of_centres(name: str) -> None:
    with pytest.raises(ValueError, match="ids"):
        only("centre-a", name)


async def test_neither_a_statement_nor_a_lock_takes_longer_than_for_a_webhook(database: Database) -> None:
    async with transaction(database, NOTHING) as session:
        assert await session.scalar(text("SHOW statement_timeout")) == "2s"
        assert await session.scalar(text("SHOW lock_timeout")) == "2s"


@pytest.mark.parametrize(
    ("url", "kind", "said"),
    [
        ("postgresql://who:Geheim1@127.0.0.1:1/books", DatabaseUnreachable, "127.0.0.1/books"),
        ("postgresql://who@/books?host=/nowhere", DatabaseUnreachable, "this computer/books"),
        ("mysql://a:b@c/d", SettingError, "DATABASE_URL"),
        ("", SettingError, "DATABASE_URL"),
    ],
)
async def test_an_unreachable_database_is_one_sentence_without_the_password(
    url: str, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said) as caught:
        await open_database(url)
    assert "Geheim1" not in str(caught.value)


async def test_a_missing_database_and_a_refused_user_are_told_apart(database_urls: DatabaseUrls) -> None:
    with pytest.raises(DatabaseUnreachable, match="there is no such database"):
        await open_database(database_urls.app.replace("@/hotline_", "@/no_such_"))
    with pytest.raises(DatabaseUnreachable, match="does not admit this user"):
        await open_database(database_urls.app.replace("hotline_app@", "stranger@"))


async def test_every_table_of_centres_is_held_to_the_reach(pool: asyncpg.Pool) -> None:
    tables = await pool.fetch(
        "SELECT c.oid, c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'centre_id'"
        " WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace"
    )
    assert "person" in {table["relname"] for table in tables}
    for table in tables:
        assert table["relrowsecurity"], table["relname"]
        assert table["relforcerowsecurity"], table["relname"]
        policies = await pool.fetch("SELECT * FROM pg_policies WHERE tablename = $1", table["relname"])
        assert policies, table["relname"]
        for policy in policies:
            assert policy["qual"] == "hotline_reaches(centre_id)", policy
            assert policy["with_check"] == "hotline_reaches(centre_id)", policy


async def test_the_application_owns_nothing_and_passes_no_policy(pool: asyncpg.Pool) -> None:
    owned = "SELECT count(*) FROM pg_class WHERE relowner = 'hotline_app'::regrole"
    assert await pool.fetchval(owned) == 0
    powers = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = 'hotline_app'"
    assert await pool.fetchval(powers) is False
    assert await pool.fetchval("SELECT current_user") == "hotline_app"
    assert await pool.fetchval("SELECT count(*) FROM pg_auth_members WHERE member = 'hotline_app'::regrole") == 0


def made_names(module: Path) -> Iterator[str]:
    """What of the mapper's engines and sessions a module makes, and whether it reaches into the database's value."""
    nodes = list(ast.walk(ast.parse(module.read_text("utf-8"))))
    imported = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)}
    if not any(re.match(r"(sqlalchemy|sqlmodel|app\.kit\.reach)\b", name) for name in imported):
        return
    for node in nodes:
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name in MAKING:
                yield name
        if isinstance(node, ast.Attribute) and node.attr == "_engine":
            yield node.attr


def test_nobody_else_makes_an_engine_or_a_session() -> None:
    found = {
        str(module.relative_to(PROJECT_ROOT)): names
        for module in sorted(PROJECT_ROOT.glob("app/**/*.py"))
        if (names := set(made_names(module)))
    }
    assert found == MAKERS


def test_the_webhooks_do_not_carry_the_mapper() -> None:
    program = "import sys, app.telephony.routes; print('sqlalchemy' in sys.modules, 'sqlmodel' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], cwd=PROJECT_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
