"""The embedded server: it starts anywhere, serves its own user only, and stops whatever ends the program."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest

from app.kit.errors import DatabaseFault, DataFolderBusy
from app.kit.paths import PROJECT_ROOT
from app.kit.postgres import start_embedded

CANARY = "+4915112345678"

# As the demo does it: a web server that handles two of the signals itself.
PROGRAM = """
import sys
from pathlib import Path
import uvicorn
from app.kit.postgres import start_embedded
from app.kit.signals import ending_by_signals

async def app(scope, receive, send):
    message = await receive()
    print("serving", flush=True)
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})

with ending_by_signals():
    server = start_embedded(Path(sys.argv[1]), durable=False)
    try:
        uvicorn.run(app, port=0, log_level="error")
    finally:
        server.stop()
"""


def servers_in(folder: Path) -> list[psutil.Process]:
    cluster = str(folder.resolve() / "postgres")
    return [process for process in psutil.process_iter(["cmdline"]) if cluster in (process.info["cmdline"] or [])]


@pytest.fixture(scope="module")
def made_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose files were made once; each test gets a copy, which is quicker than making its own."""
    folder = tmp_path_factory.mktemp("made") / "data"
    start_embedded(folder, durable=False).stop()
    return folder


@pytest.fixture
def data(made_folder: Path, tmp_path: Path) -> Path:
    """A data folder of this test alone, with the owners of the original."""
    subprocess.run([shutil.which("cp") or "", "-a", made_folder, tmp_path / "data"], check=True)
    return tmp_path / "data"


Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start_program(data: Path) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def start(*, ignored: signal.Signals | None = None) -> subprocess.Popen[str]:
        ignore = "" if ignored is None else f"import signal; signal.signal({int(ignored)}, signal.SIG_IGN)\n"
        program = subprocess.Popen(
            [sys.executable, "-c", ignore + PROGRAM, str(data)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT_ROOT,
            start_new_session=True,
        )
        started.append(program)
        assert program.stdout is not None
        assert program.stdout.readline() == "serving\n"
        return program

    yield start
    for program in started:
        program.kill()
        program.wait()
        assert program.stdout is not None
        program.stdout.close()
    for server in servers_in(data):
        server.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_each_ending_signal_stops_the_server(start_program: Start, data: Path, number: signal.Signals) -> None:
    program = start_program()
    assert servers_in(data)
    program.send_signal(number)
    program.wait(20)
    assert servers_in(data) == []


def test_a_program_in_the_background_of_a_script_still_hears_ctrl_c(start_program: Start, data: Path) -> None:
    program = start_program(ignored=signal.SIGINT)
    program.send_signal(signal.SIGINT)
    program.wait(20)
    assert servers_in(data) == []


def test_a_program_that_was_told_to_survive_its_terminal_does(start_program: Start, data: Path) -> None:
    program = start_program(ignored=signal.SIGHUP)
    program.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        program.wait(0.5)
    assert servers_in(data)


def test_after_a_kill_of_the_program_the_next_one_takes_over_and_stops_cleanly(
    start_program: Start, data: Path
) -> None:
    program = start_program()
    program.kill()
    program.wait()
    (left_behind,) = servers_in(data)
    successor = start_program()
    assert left_behind.pid not in [server.pid for server in servers_in(data)]
    successor.send_signal(signal.SIGTERM)
    successor.wait(20)
    assert servers_in(data) == []


def test_after_a_kill_of_program_and_server_the_next_one_starts(start_program: Start, data: Path) -> None:
    program = start_program()
    program.kill()
    program.wait()
    for server in servers_in(data):
        server.kill()
    start_program()
    assert len(servers_in(data)) == 1


def test_a_second_hotline_on_the_same_data_folder_is_told_so(start_program: Start, data: Path) -> None:
    start_program()
    with pytest.raises(DataFolderBusy) as caught:
        start_embedded(data)
    assert "HOTLINE_DATA" in str(caught.value)
    assert len(servers_in(data)) == 1


def test_a_killed_servers_number_that_another_program_has_by_now_keeps_nobody_away(data: Path) -> None:
    start_embedded(data, durable=False).stop()
    mark = data / "postgres" / "postmaster.pid"
    mark.write_text(f"{os.getpid()}\n{mark.parent}\n{int(time.time())}\n5432\n/nowhere\n\n 1 1\nready   \n", "ascii")
    start_embedded(data, durable=False).stop()


def test_an_interrupted_first_start_is_begun_anew(tmp_path: Path) -> None:
    making = tmp_path / "data" / "postgres.making"
    making.mkdir(parents=True)
    (making / "PG_VERSION").write_text("18\n", "ascii")
    server = start_embedded(tmp_path / "data", durable=False)
    server.stop()
    assert not making.exists()


def test_files_of_another_version_are_left_alone_and_named(tmp_path: Path) -> None:
    cluster = tmp_path / "data" / "postgres"
    cluster.mkdir(parents=True)
    (cluster / "PG_VERSION").write_text("17\n", "ascii")
    with pytest.raises(DatabaseFault, match="PostgreSQL 17"):
        start_embedded(tmp_path / "data")


async def test_folders_stay_closed_and_data_outlives_the_server(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    server = start_embedded(closed / "data", durable=False)
    for folder in (server.cluster, server.socket_folder):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    owner = await asyncpg.connect(server.owner_url)
    await owner.execute("CREATE TABLE kept AS SELECT 1 AS one")
    await owner.close()
    server.stop()
    server.stop()
    assert servers_in(closed / "data") == []
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    again = start_embedded(closed / "data", durable=False)
    owner = await asyncpg.connect(again.owner_url)
    assert await owner.fetchval("SELECT one FROM kept") == 1
    await owner.close()
    again.stop()


async def test_folders_with_long_names_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("temporary " * 10)))
    data = tmp_path / ("it's a long name " * 6) / "data"
    server = start_embedded(data, durable=False)
    owner = await asyncpg.connect(server.owner_url)
    assert await owner.fetchval("SELECT current_user") == "hotline_owner"
    await owner.close()
    server.stop()
    assert not server.socket_folder.exists()


async def test_variables_that_mean_another_server_change_nothing(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"PGPORT": "1", "PGHOST": "127.0.0.1", "PGUSER": "x", "PGDATABASE": "x"}.items():
        monkeypatch.setenv(name, value)
    server = start_embedded(data, durable=False)
    app = await asyncpg.connect(server.app_url)
    assert await app.fetchval("SELECT current_user || '/' || current_database()") == "hotline_app/hotline"
    assert await app.fetchval("SHOW listen_addresses") == ""
    await app.close()
    server.stop()


async def test_neither_statements_nor_their_values_reach_the_servers_log(data: Path) -> None:
    server = start_embedded(data, durable=False)
    owner = await asyncpg.connect(server.owner_url)
    await owner.execute("CREATE TABLE t (n text UNIQUE)")
    await owner.execute("INSERT INTO t VALUES ($1)", CANARY)
    with pytest.raises(asyncpg.NumericValueOutOfRangeError):
        await owner.execute(f"DO $do$ BEGIN PERFORM '{CANARY}'::int; END $do$")
    with pytest.raises(asyncpg.UniqueViolationError):
        await owner.execute("INSERT INTO t VALUES ($1)", CANARY)
    await owner.close()
    server.stop()
    log = (server.cluster / "server.log").read_text("utf-8")
    assert "database system is shut down" in log
    assert CANARY[1:] not in log
