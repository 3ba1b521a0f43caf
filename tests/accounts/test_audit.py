"""The audit tells who did what, and whatever is changed in it afterwards is found."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from itertools import combinations
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from app.accounts import service
from app.accounts.models import CLI, Action, AuditReport, LineSetting, Role, SignIn
from app.accounts.refusals import AccountRefused, LoginRefused
from app.accounts.rules import DETAILS, Factor, Refused
from app.accounts.service import Accounts
from app.kit.reach import NOTHING, Database, transaction
from tests.accounts.conftest import PASSWORD, MovableClock, add, enrol, ring
from tests.conftest import DatabaseUrls

COLUMNS = ("seq", "at", "actor", "action", "subject", "details", "previous", "mac")
LINES = 8
TABLES = ("audit_entry", "audit_head", "audit_key")
Tables = dict[str, list[asyncpg.Record]]


async def append(accounts: Accounts, count: int) -> None:
    for number in range(count):
        async with transaction(accounts.database, NOTHING) as session:
            await service.record(
                session,
                accounts,
                uuid4(),
                Action.ROLE_CHANGED,
                uuid4(),
                before=Role.AGENT,
                after=list(Role)[number % 6],
            )


@pytest.fixture
async def owner(database_urls: DatabaseUrls, database: Database) -> AsyncIterator[asyncpg.Connection]:
    """An attacker with the rights of the tables' owner, who switches off what guards them."""
    assert database
    connection = await asyncpg.connect(database_urls.owner)
    await connection.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
    yield connection
    await connection.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    await connection.close()


@pytest.fixture
async def chained(accounts: Accounts, clock: MovableClock) -> Accounts:
    """An audit of eight lines, in whose middle the ring of keys got a new first key."""
    await append(accounts, LINES // 2)
    clock.go_on(seconds=1)
    rotated = replace(accounts, keys=ring(b"b", b"a"))
    await append(rotated, LINES // 2)
    return rotated


async def read_all(owner: asyncpg.Connection) -> Tables:
    return {table: await owner.fetch(f"SELECT * FROM {table} ORDER BY 1") for table in TABLES}  # noqa: S608


async def write_all(owner: asyncpg.Connection, tables: Tables) -> None:
    await owner.execute(f"TRUNCATE {', '.join(tables)}")
    for table, rows in tables.items():
        await write(owner, table, [dict(row) for row in rows])


async def write(owner: asyncpg.Connection, table: str, rows: list[dict[str, Any]]) -> None:
    for row in rows:
        places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
        await owner.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())  # noqa: S608


async def write_lines(owner: asyncpg.Connection, rows: list[dict[str, Any]]) -> None:
    await owner.execute("TRUNCATE audit_entry")
    await write(owner, "audit_entry", rows)


def flipped(value: Any) -> list[Any]:  # noqa: ANN401  A column of any type.
    """Other values that a column could get."""
    if isinstance(value, bool):
        return []
    if isinstance(value, int):
        return [value + 1_000, -value]
    if isinstance(value, bytes):
        return [bytes([value[0] ^ 1]) + value[1:], value[:-1], value + b"\0", b""] if value else [b"\0"]
    if isinstance(value, str) and value.startswith("{"):
        details = json.loads(value)
        return [json.dumps(details | {"after": "administrator!"}), "{}", "null", json.dumps([details])]
    if isinstance(value, str):
        return [value + " ", value[::-1] + "x", ""]
    return [value + timedelta(microseconds=1), value - timedelta(days=1)]


async def broken(accounts: Accounts) -> tuple[int | None, str | None]:
    report = await service.verify_audit(accounts)
    return report.broken_seq, report.reason


async def test_what_was_written_verifies_before_and_after_a_change_of_keys(chained: Accounts) -> None:
    report = await service.verify_audit(chained)
    assert (report.sound, report.broken_seq, report.reason) == (LINES, None, None)
    assert await service.verify_audit(chained, noted=report.head) == report
    later = replace(chained, keys=ring(b"b"))
    assert await service.verify_audit(later) == report
    again = replace(chained, keys=ring(b"c", b"b"))
    await append(again, 1)
    assert await service.verify_audit(replace(again, keys=ring(b"c")), noted=report.head) == (
        AuditReport(LINES + 1, None, None, (await service.verify_audit(again)).head)
    )


async def test_a_lost_key_is_told_and_what_follows_is_still_written(chained: Accounts) -> None:
    lost = replace(chained, keys=ring(b"x"))
    assert await broken(lost) == (1, "key")
    await append(lost, 1)
    assert await broken(lost) == (1, "key")


async def test_any_column_of_any_line_that_is_changed_is_found(chained: Accounts, owner: asyncpg.Connection) -> None:
    tables = await read_all(owner)
    lines = [dict(row) for row in tables["audit_entry"]]
    tried = 0
    for place, line in enumerate(lines):
        for column in COLUMNS:
            for value in flipped(line[column]):
                await write_lines(owner, [*lines[:place], line | {column: value}, *lines[place + 1 :]])
                found = (await broken(chained))[0]
                assert found is not None, (place, column, value)
                tried += 1
    assert tried > 150
    await write_lines(owner, lines)
    assert await broken(chained) == (None, None)


async def test_any_line_that_is_deleted_is_found(chained: Accounts, owner: asyncpg.Connection) -> None:
    lines = [dict(row) for row in (await read_all(owner))["audit_entry"]]
    for place in range(LINES):
        rest = [*lines[:place], *lines[place + 1 :]]
        await write_lines(owner, rest)
        assert (await broken(chained))[0] == place + 1
        closed = [line | {"seq": number} for number, line in enumerate(rest, start=1)]
        await write_lines(owner, closed)
        assert (await broken(chained))[0] == place + 1
        if 0 < place < LINES - 1:
            closed[place]["previous"] = closed[place - 1]["mac"]
            await write_lines(owner, closed)
            assert (await broken(chained))[0] == place + 1


async def test_any_two_lines_that_are_swapped_are_found(chained: Accounts, owner: asyncpg.Connection) -> None:
    lines = [dict(row) for row in (await read_all(owner))["audit_entry"]]
    for one, other in combinations(range(LINES), 2):
        for kept in (("seq",), ("seq", "previous"), ("seq", "previous", "mac")):
            swapped = [dict(line) for line in lines]
            swapped[one] = lines[other] | {column: lines[one][column] for column in kept}
            swapped[other] = lines[one] | {column: lines[other][column] for column in kept}
            await write_lines(owner, swapped)
            assert (await broken(chained))[0] == one + 1


async def test_a_line_that_is_added_or_copied_in_is_found(chained: Accounts, owner: asyncpg.Connection) -> None:
    lines = [dict(row) for row in (await read_all(owner))["audit_entry"]]
    for line in lines:
        await write_lines(owner, [*lines, line | {"seq": LINES + 1, "previous": lines[-1]["mac"]}])
        assert await broken(chained) == (LINES + 1, "changed")


async def test_a_tail_that_is_cut_off_is_found_whatever_the_head_is_made_to_say(
    chained: Accounts, owner: asyncpg.Connection
) -> None:
    tables = await read_all(owner)
    lines = [dict(row) for row in tables["audit_entry"]]
    head = dict(tables["audit_head"][0])
    for kept in range(LINES):
        last = lines[kept - 1]["mac"] if kept else b""
        heads = [head, head | {"seq": kept}, head | {"seq": kept, "last": last}]
        heads += [head | {"seq": kept, "last": last, "mac": mac} for mac in (last, b"", lines[kept]["mac"])]
        await write_lines(owner, lines[:kept])
        for forged in heads:
            await owner.execute("TRUNCATE audit_head")
            await write(owner, "audit_head", [forged])
            assert await broken(chained) == (kept + 1, "cut-off")
        await owner.execute("TRUNCATE audit_head")
        assert await broken(chained) == (kept + 1, "missing")


async def test_any_column_of_head_and_keys_that_is_changed_is_found(
    chained: Accounts, owner: asyncpg.Connection
) -> None:
    tables = await read_all(owner)
    for table in ("audit_head", "audit_key"):
        for place, row in enumerate(tables[table]):
            for column, value in dict(row).items():
                for changed in flipped(value):
                    rows = [dict(kept) for kept in tables[table]]
                    rows[place][column] = changed
                    await owner.execute(f"TRUNCATE {table}")
                    await write(owner, table, rows)
                    assert (await broken(chained))[0] is not None, (table, column, changed)
            await owner.execute(f"TRUNCATE {table}")
            await write(owner, table, [dict(kept) for kept in tables[table] if kept != row])
            assert (await broken(chained))[0] is not None, (table, place)
            await write_all(owner, tables)
    assert await broken(chained) == (None, None)


async def test_an_old_copy_put_back_whole_is_found_with_the_head_that_was_noted(
    chained: Accounts, owner: asyncpg.Connection
) -> None:
    old = await read_all(owner)
    before = await service.verify_audit(chained)
    await append(chained, 3)
    noted = (await service.verify_audit(chained)).head
    await write_all(owner, old)
    assert await service.verify_audit(chained) == before
    report = await service.verify_audit(chained, noted=noted)
    assert (report.broken_seq, report.reason) == (LINES + 1, "noted")
    await append(chained, 3)
    report = await service.verify_audit(chained, noted=noted)
    assert (report.broken_seq, report.reason) == (LINES + 3, "noted")


async def test_an_emptied_audit_beside_people_is_found(accounts: Accounts, owner: asyncpg.Connection) -> None:
    assert await service.verify_audit(accounts) == AuditReport(0, None, None, None)
    await add(accounts, "ayse")
    await owner.execute(f"TRUNCATE {', '.join(TABLES)}")
    assert await broken(accounts) == (1, "missing")


async def test_nothing_is_forged_without_the_ring_of_keys(chained: Accounts, owner: asyncpg.Connection) -> None:
    """An attacker with the program and the database, but other keys, writes the whole audit anew."""
    await owner.execute(f"TRUNCATE {', '.join(TABLES)}")
    await append(replace(chained, keys=ring(b"z")), LINES)
    assert await broken(chained) == (1, "key")


@pytest.mark.parametrize("noted", ["", "5", "0:" + "0" * 64, "5:abc", "-1:" + "0" * 64, "5:" + "g" * 64])
async def test_a_noted_head_that_is_none_is_refused(accounts: Accounts, noted: str) -> None:
    with pytest.raises(AccountRefused, match="noted head"):
        await service.verify_audit(accounts, noted=noted)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor = 'x'",
        "DELETE FROM audit_entry",
        "TRUNCATE audit_entry",
        "TRUNCATE audit_entry CASCADE",
        "DELETE FROM audit_head",
        "DELETE FROM audit_key",
        "ALTER TABLE audit_entry DISABLE TRIGGER USER",
    ],
)
async def test_the_application_cannot_take_anything_back(chained: Accounts, pool: asyncpg.Pool, statement: str) -> None:
    await append(chained, 1)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await pool.execute(statement)


@pytest.mark.parametrize(
    "statement", ["UPDATE audit_entry SET actor = 'x'", "DELETE FROM audit_entry", "TRUNCATE audit_entry"]
)
async def test_even_the_owner_is_refused_until_the_guard_is_switched_off(
    chained: Accounts, database_urls: DatabaseUrls, statement: str
) -> None:
    assert chained
    owner = await asyncpg.connect(database_urls.owner)
    with pytest.raises(asyncpg.InsufficientPrivilegeError, match="only ever added to"):
        await owner.execute(statement)
    await owner.close()


async def test_many_who_write_at_once_make_one_unbroken_chain(accounts: Accounts) -> None:
    check = asyncio.create_task(service.verify_audit(accounts))
    await asyncio.gather(*(append(accounts, 5) for _ in range(8)))
    assert (await check).reason is None
    assert (await service.verify_audit(accounts)).sound == 40


async def test_a_deed_that_fails_leaves_no_line(accounts: Accounts) -> None:
    await add(accounts, "ayse")
    before = await service.verify_audit(accounts)
    with pytest.raises(AccountRefused):
        await add(accounts, "ayse")
    assert await service.verify_audit(accounts) == before


@pytest.mark.parametrize(
    ("action", "subject", "details"),
    [
        (Action.LOGGED_OUT, "", {"note": "+49 30 1234567"}),
        (Action.ROLE_CHANGED, "", {"before": "agent", "after": "editor"}),
        (Action.ROLE_CHANGED, "", {"before": Role.AGENT}),
        (Action.ROLE_CHANGED, "", {"before": Role.AGENT, "after": SignIn.OIDC}),
        (Action.RECOVERY_CODE_USED, "", {"left": True}),
        (Action.LOGGED_OUT, "a name with spaces", {}),
        (Action.LOGGED_OUT, "someone@example.org", {}),
        (Action.LOGGED_OUT, "x" * 101, {}),
    ],
)
async def test_free_text_does_not_reach_the_audit(
    accounts: Accounts, action: Action, subject: str, details: dict[str, Any]
) -> None:
    async with transaction(accounts.database, NOTHING) as session:
        with pytest.raises(TypeError):
            await service.record(session, accounts, CLI, action, subject, **details)
    assert (await service.list_audit(accounts)).entries == ()


def test_every_detail_is_of_a_closed_kind() -> None:
    kinds = {kind for details in DETAILS.values() for kind in details.values()}
    assert kinds <= {Role, SignIn, Refused, Factor, LineSetting, int, bool}


async def test_a_refused_login_stores_nothing_of_what_was_typed(
    accounts: Accounts, clock: MovableClock, owner: asyncpg.Connection
) -> None:
    mehmet = await enrol(accounts, clock, "mehmet")
    for login, password in (("canary-login", "canary-password"), ("mehmet", "canary-password")):
        with pytest.raises(LoginRefused):
            await service.log_in(accounts, login=login, password=password, address="192.0.2.99", device="canary-d")
    half = await mehmet.log_in()
    with pytest.raises(LoginRefused):
        await service.pass_second_factor(accounts, half.token, code="424242", device="canary-d")
    await owner.execute("SELECT set_config('hotline.reach', '*', false)")
    names = await owner.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    held = str([await owner.fetch(f"SELECT * FROM {name[0]}") for name in names])  # noqa: S608
    assert "login-refused" in held
    for typed in ("canary", "424242", "192.0.2", PASSWORD, mehmet.secret, mehmet.token, *mehmet.codes):
        assert typed not in held


async def test_the_audit_is_listed_by_page_and_by_filter(accounts: Accounts) -> None:
    ayse, _ = await add(accounts, "ayse")
    await append(accounts, 7)
    page = await service.list_audit(accounts, limit=3)
    seen = list(page.entries)
    while page.next_before is not None:
        page = await service.list_audit(accounts, limit=3, before=page.next_before)
        seen += page.entries
    assert [entry.seq for entry in seen] == [8, 7, 6, 5, 4, 3, 2, 1]
    one = (await service.list_audit(accounts, subject=str(ayse.id))).entries
    assert [(entry.action, entry.actor, entry.details) for entry in one] == [
        ("person-added", "cli", {"role": "agent", "sign_in": "password"})
    ]
    assert len((await service.list_audit(accounts, action=Action.ROLE_CHANGED)).entries) == 7
    assert (await service.list_audit(accounts, actor="cli")).entries == one
    for odd in ("\x00", "' OR 1=1", "somebody"):
        assert (await service.list_audit(accounts, actor=odd)).entries == ()
