"""The database: its pool and engine, its migrations, and one sentence where it cannot be reached."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from app.kit.db import migrate, open_pool
from app.kit.errors import DatabaseUnreachable, SettingError
from tests.conftest import DatabaseUrls


async def test_the_application_works_on_live_calls_under_its_own_role(pool: asyncpg.Pool) -> None:
    await pool.execute("INSERT INTO live_call (call_key) VALUES ($1)", b"k" * 32)
    row = await pool.fetchrow("SELECT *, current_user AS role FROM live_call")
    assert row is not None
    assert (row["role"], row["status"], row["outcome"], row["ended_at"]) == ("hotline_app", "in-progress", 0, None)
    assert abs(row["began_at"] - datetime.now(UTC)).total_seconds() < 60
    assert await pool.execute("UPDATE live_call SET language = 'tr', language_step = 2") == "UPDATE 1"
    assert await pool.execute("DELETE FROM live_call") == "DELETE 1"


async def test_each_test_begins_with_empty_tables(pool: asyncpg.Pool) -> None:
    assert await pool.fetchval("SELECT count(*) FROM live_call") == 0
    await pool.execute("INSERT INTO live_call (call_key) VALUES ($1)", b"l" * 32)


async def test_the_application_may_neither_make_nor_drop_tables(pool: asyncpg.Pool) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("CREATE TABLE another (id int)")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute("DROP TABLE live_call")
    powers = (
        "SELECT rolsuper OR rolbypassrls OR rolcreatedb OR rolcreaterole FROM pg_roles WHERE rolname = current_user"
    )
    assert await pool.fetchval(powers) is False


async def test_live_rows_reach_no_write_ahead_log(pool: asyncpg.Pool) -> None:
    assert await pool.fetchval("SELECT relpersistence FROM pg_class WHERE relname = 'live_call'") == b"u"


async def test_neither_a_statement_nor_a_lock_takes_longer_than_a_webhook_may(pool: asyncpg.Pool) -> None:
    assert await pool.fetchval("SHOW statement_timeout") == "2s"
    assert await pool.fetchval("SHOW lock_timeout") == "2s"
    assert await pool.fetchval("SHOW application_name") == "hotline"


async def test_migrating_twice_at_once_is_harmless(database_urls: DatabaseUrls) -> None:
    await asyncio.gather(*(migrate(database_urls.owner) for _ in range(3)))
    owner = await asyncpg.connect(database_urls.owner)
    assert await owner.fetchval("SELECT count(*) FROM alembic_version") == 1
    await owner.close()


async def test_text_sorts_by_code_point_and_every_script_has_its_letters(pool: asyncpg.Pool) -> None:
    assert await pool.fetchval("SELECT upper('ğçéи')") == "ĞÇÉИ"
    assert await pool.fetchval("SELECT 'Z' < 'a'") is True


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://who:Geheim1@127.0.0.1:1/books", "127.0.0.1/books"),
        ("postgresql://who:Geheim1@[::1]:1/books", "::1/books"),
        ("postgresql://who@/books?host=/nowhere", "this computer/books"),
    ],
)
@pytest.mark.parametrize("use", [open_pool, migrate])
async def test_an_unreachable_database_is_one_sentence_without_the_password(use: object, url: str, said: str) -> None:
    assert callable(use)
    with pytest.raises(DatabaseUnreachable) as caught:
        await use(url)
    message = str(caught.value)
    assert said in message
    assert "Geheim1" not in message
    assert message.count("\n") == 0
    assert message.endswith(".")


async def test_a_missing_database_and_a_refused_user_are_told_apart(database_urls: DatabaseUrls) -> None:
    with pytest.raises(DatabaseUnreachable, match="there is no such database"):
        await open_pool(database_urls.app.replace("@/hotline_", "@/no_such_"))
    with pytest.raises(DatabaseUnreachable, match="does not admit this user"):
        await open_pool(database_urls.app.replace("hotline_app@", "stranger@"))


@pytest.mark.parametrize("url", ["", "books", "mysql://a:b@c/d", "postgresql://a:b@c:port/d"])
async def test_a_wrong_address_names_the_setting(url: str) -> None:
    with pytest.raises(SettingError, match="DATABASE_URL"):
        await open_pool(url)
