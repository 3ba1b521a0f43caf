"""The tables that the mapper believes in are those that the migrations make."""

import re
from importlib import import_module

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect
from sqlmodel import SQLModel

from app.accounts import tables
from app.kit.paths import PROJECT_ROOT
from app.kit.reach import NOTHING, Database, transaction

for _module in sorted(PROJECT_ROOT.glob("app/*/*tables.py")):
    import_module(".".join(_module.relative_to(PROJECT_ROOT).with_suffix("").parts))

# Tables that are spoken to in plain SQL.
_PLAIN = re.compile(
    r"alembic_version|live_call|call_effect|statistics_\w+|agent_\w+|handling_mean|interpreter|waiting_call|reservation"
    r"|callback|voicemail|line_\w+|meeting(_\w+)?"
)


def differences(connection: Connection) -> list[object]:
    context = MigrationContext.configure(
        connection,
        opts={
            "compare_type": True,
            "include_object": lambda _object, name, kind, _reflected, _other: (
                kind in {"table", "column"} and not _PLAIN.fullmatch(str(name))
            ),
        },
    )
    return list(compare_metadata(context, SQLModel.metadata))


def keys(connection: Connection) -> dict[str, tuple[list[str], set[tuple[str, str]]]]:
    """Each table's primary key, and what its foreign keys point to."""
    inspector = inspect(connection)
    return {
        table: (
            inspector.get_pk_constraint(table)["constrained_columns"],
            {(key["constrained_columns"][0], key["referred_table"]) for key in inspector.get_foreign_keys(table)},
        )
        for table in SQLModel.metadata.tables
    }


async def test_tables_columns_types_and_nullability_agree_with_the_migrated_database(database: Database) -> None:
    assert tables.PersonRow.__tablename__ in SQLModel.metadata.tables
    async with transaction(database, NOTHING) as session:
        connection = await session.connection()
        assert await connection.run_sync(differences) == []
        made = await connection.run_sync(keys)
    declared = {
        name: (
            [column.name for column in table.primary_key.columns],
            {(key.parent.name, key.column.table.name) for key in table.foreign_keys},
        )
        for name, table in SQLModel.metadata.tables.items()
    }
    assert made == declared


async def test_a_column_that_differs_would_be_found(database: Database) -> None:
    column = SQLModel.metadata.tables["person"].columns["login"]
    column.nullable = True
    try:
        async with transaction(database, NOTHING) as session:
            found = await (await session.connection()).run_sync(differences)
    finally:
        column.nullable = False
    assert "modify_nullable" in str(found)
