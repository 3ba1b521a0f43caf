"""What all tests share: one database server for all workers, a clean database for each, and the search profiles."""

import asyncio
import os
import pickle
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import asyncpg
import hypothesis.configuration
import pytest
from hypothesis import settings

from app.kit.db import migrate, open_pool
from app.kit.errors import DataFolderBusy
from app.kit.paths import PROJECT_ROOT
from app.kit.postgres import APP_ROLE, DATABASE, OWNER_ROLE, Embedded, start_embedded, stop_left_behind
from app.kit.settings import Settings

if TYPE_CHECKING:
    from app.kit.reach import Database

SERVER_SECONDS = 60.0
PREFIX = "hotline-tests-"
FOLDER = pytest.StashKey[Path]()
SERVER = pytest.StashKey[Future[Embedded]]()

hypothesis.configuration.set_hypothesis_home_dir(PROJECT_ROOT / ".cache" / "hypothesis")
settings.register_profile("quick", deadline=None, max_examples=50)
settings.register_profile("thorough", deadline=None, max_examples=2_000)

# The owner sees rows under row-level security only with a reach, and the audit lets nobody empty it but its owner.
EMPTY_ALL_TABLES = """
DO $$
DECLARE
    name text;
    filled boolean;
    names text[] := '{}';
BEGIN
    PERFORM set_config('hotline.reach', '*', true);
    FOR name IN SELECT format('%I', tablename) FROM pg_tables
                WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s)', name) INTO filled;
        IF filled THEN
            EXECUTE format('ALTER TABLE %s DISABLE TRIGGER USER', name);
            names := names || name;
        END IF;
    END LOOP;
    IF names <> '{}' THEN
        EXECUTE format('TRUNCATE %s RESTART IDENTITY CASCADE', array_to_string(names, ', '));
    END IF;
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('ALTER TABLE %s ENABLE TRIGGER USER', name);
    END LOOP;
END $$
"""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    """The addresses of this worker's database: for the role that migrates and for the one that runs."""

    owner: str
    app: str


def pytest_configure(config: pytest.Config) -> None:
    """Chooses the search profile, forgets the developer's settings and lets the server start beside the collection."""
    settings.load_profile("thorough" if not config.option.markexpr else "quick")
    for name in Settings.model_fields:
        os.environ.pop(name.upper(), None)
    # Encoding all texts takes a minute of one core.
    os.environ["SEARCH_MEANING"] = "no"
    worker_input: dict[str, str] | None = getattr(config, "workerinput", None)
    if worker_input is not None:
        config.stash[FOLDER] = Path(worker_input["database_folder"])
        return
    # A test run that is told to stop ends like one that is interrupted, and so stops its server.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    _stop_servers_of_killed_runs()
    config.stash[FOLDER] = Path(tempfile.mkdtemp(prefix=PREFIX))
    if config.getoption("numprocesses", None):
        config.stash[SERVER] = _begin_to_start(config.stash[FOLDER])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: pytest.Item) -> None:
    """Tells each worker where the server's handle will be."""
    node.workerinput["database_folder"] = str(node.config.stash[FOLDER])  # type: ignore[attr-defined]  # xdist's node


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stops the server in the process that started it, when all workers are done."""
    if hasattr(config, "workerinput"):
        return
    server = config.stash.get(SERVER, None)
    if server is not None and server.exception(SERVER_SECONDS) is None:
        server.result().stop()
    # Another run may have taken the folder of a run without a server for a left-over.
    shutil.rmtree(config.stash[FOLDER], ignore_errors=True)


def _begin_to_start(folder: Path) -> Future[Embedded]:
    executor = ThreadPoolExecutor(1)
    future = executor.submit(_start_server, folder)
    executor.shutdown(wait=False)
    return future


def _start_server(folder: Path) -> Embedded:
    """Starts a server whose database is migrated, and then leaves its handle for the workers."""
    server = start_embedded(folder / "data", durable=False)
    asyncio.run(migrate(server.owner_url))
    fresh = folder / "handle.fresh"
    fresh.write_bytes(pickle.dumps(server))
    fresh.rename(folder / "handle")
    return server


def _stop_servers_of_killed_runs() -> None:
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError, DataFolderBusy):
            if folder.stat().st_uid == os.geteuid() and folder.stat().st_mtime < time.time() - SERVER_SECONDS:
                stop_left_behind(folder / "data")
                shutil.rmtree(folder)


def _find_server(config: pytest.Config) -> Embedded:
    if not hasattr(config, "workerinput"):
        if SERVER not in config.stash:
            config.stash[SERVER] = _begin_to_start(config.stash[FOLDER])
        return config.stash[SERVER].result(SERVER_SECONDS)
    handle = config.stash[FOLDER] / "handle"
    deadline = time.monotonic() + SERVER_SECONDS
    while not handle.exists():
        if time.monotonic() > deadline:
            pytest.exit("The database server of the tests did not start.", returncode=3)
        time.sleep(0.02)
    server: Embedded = pickle.loads(handle.read_bytes())  # noqa: S301 - the process that started this one wrote it
    return server


@pytest.fixture(scope="session")
def database_urls(request: pytest.FixtureRequest) -> DatabaseUrls:
    """A database of this worker alone, cloned from the migrated one."""
    server = _find_server(request.config)
    name = f"{DATABASE}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    server.create_database(name, DATABASE)
    return DatabaseUrls(server.url(OWNER_ROLE, name), server.url(APP_ROLE, name))


async def empty_all_tables(urls: DatabaseUrls) -> None:
    owner = await asyncpg.connect(urls.owner)
    await owner.execute(EMPTY_ALL_TABLES)
    await owner.close()


@pytest.fixture
async def pool(database_urls: DatabaseUrls) -> AsyncIterator[asyncpg.Pool]:
    """Connections in the application's role to a database whose tables are empty."""
    await empty_all_tables(database_urls)
    opened = await open_pool(database_urls.app)
    yield opened
    await opened.close()


@pytest.fixture
async def database(database_urls: DatabaseUrls) -> AsyncIterator["Database"]:
    """The same database as pages use it: its tables are empty, and each transaction says how far it reaches."""
    from app.kit.reach import open_database  # noqa: PLC0415  Most tests do without SQLAlchemy.

    await empty_all_tables(database_urls)
    opened = await open_database(database_urls.app)
    yield opened
    await opened.close()
