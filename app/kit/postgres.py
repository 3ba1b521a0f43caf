"""The embedded PostgreSQL for the demo, development and tests: made, started and stopped with the program."""

import atexit
import os
import pwd
import shutil
import signal
import stat
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psutil

from app.kit.data_folder import claim_data_folder, ensure_data_folder
from app.kit.errors import DatabaseFault
from app.kit.postgres_programs import Programs, find_programs

DATABASE: Final = "hotline"
OWNER_ROLE: Final = "hotline_owner"
APP_ROLE: Final = "hotline_app"
_SUPERUSER: Final = "postgres"
_MAJOR_VERSION: Final = "18"
_STOP_SECONDS: Final = 20.0
_START_SECONDS: Final = 30.0
# A socket's address holds 103 bytes on the systems with the shortest ones.
_SOCKET_PATH_BYTES: Final = 103
_SOCKET_NAME: Final = ".s.PGSQL.5432"

_ROLES_AND_DATABASE: Final = f"""\
CREATE ROLE {OWNER_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
CREATE ROLE {APP_ROLE} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS
CREATE DATABASE {DATABASE} OWNER {OWNER_ROLE}
"""

# Statements and their values never reach the server's log: an error's message may quote a value, so the log keeps
# only what the server says about itself.
_SETTINGS: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "32MB",
    "max_wal_size": "256MB",
    "io_method": "sync",
    "jit": "off",
    "timezone": "UTC",
    "lc_messages": "C",
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_statement": "none",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_checkpoints": "off",
    "log_timezone": "UTC",
}
# What a test may lose in a power failure is not worth waiting for.
_HASTY_SETTINGS: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Embedded:
    """A running server that belongs to this process."""

    cluster: Path
    socket_folder: Path
    programs: Programs
    claim: int

    @property
    def owner_url(self) -> str:
        return self.url(OWNER_ROLE, DATABASE)

    @property
    def app_url(self) -> str:
        return self.url(APP_ROLE, DATABASE)

    def url(self, role: str, database: str) -> str:
        """The address of a database for a role; it names the port too, lest a variable of the environment does."""
        return f"postgresql://{role}@/{database}?host={quote(str(self.socket_folder), safe='/')}&port=5432"

    def create_database(self, name: str, template: str = "template0") -> None:
        """Makes a database as a copy of another to which nobody is connected."""
        statement = f'CREATE DATABASE "{name}" OWNER {OWNER_ROLE} TEMPLATE "{template}"'
        arguments = ("-X", "-q", "-d", self.url(_SUPERUSER, _SUPERUSER), "-c", statement)
        self.programs.run("psql", *arguments, as_caller=True)

    def stop(self) -> None:
        """Stops the server and gives the data folder free; stopping twice does no harm."""
        atexit.unregister(self.stop)
        _stop_server(self.cluster)
        with suppress(OSError):
            self.socket_folder.rmdir()
        with suppress(OSError):
            os.close(self.claim)


def start_embedded(data: Path, *, durable: bool = True) -> Embedded:
    """Starts the server in the data folder, which is made on first use; it stops at the latest when Python ends.

    Raises DataFolderBusy where another process uses the folder, DatabaseFault where the server cannot run.
    """
    data = data.resolve()
    ensure_data_folder(data)
    claim = claim_data_folder(data)
    try:
        programs = find_programs(data)
        cluster = _ensure_cluster(data, programs, durable=durable)
        # Whoever holds the claim owns the server too: one that still runs was left behind by a killed program.
        _stop_server(cluster)
        socket_folder = _ensure_socket_folder(data, programs)
        _clear_after_kill(cluster, socket_folder)
        _write_settings(cluster, socket_folder, durable=durable)
        _start_server(cluster, programs)
    except BaseException:
        os.close(claim)
        raise
    server = Embedded(cluster, socket_folder, programs, claim)
    atexit.register(server.stop)
    return server


def stop_left_behind(data: Path) -> None:
    """Stops the server that a killed program left behind; raises DataFolderBusy where the program still runs."""
    if not data.exists():
        return
    claim = claim_data_folder(data)
    try:
        _stop_server(data.resolve() / "postgres")
    finally:
        os.close(claim)


def _ensure_cluster(data: Path, programs: Programs, *, durable: bool) -> Path:
    """The folder of the server's files; it is made beside its place and moved there whole."""
    cluster = data / "postgres"
    if cluster.exists():
        version = (cluster / "PG_VERSION").read_text(encoding="ascii").strip()
        if version != _MAJOR_VERSION:
            raise DatabaseFault(f"{cluster} was made by PostgreSQL {version}, but this is PostgreSQL {_MAJOR_VERSION}.")
        return cluster
    making = data / "postgres.making"
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    programs.give(making)
    programs.run("initdb", *_initdb_arguments(making), *([] if durable else ["--no-sync"]))
    _write_admission(making)
    programs.run("postgres", "--single", "-D", str(making), _SUPERUSER, text=_ROLES_AND_DATABASE)
    making.rename(cluster)
    return cluster


def _initdb_arguments(folder: Path) -> list[str]:
    """The built-in locale sorts by code point and knows every script's letters, the same on every system."""
    return [
        *("--pgdata", str(folder), "--username", _SUPERUSER, "--auth", "reject", "--encoding", "UTF8"),
        *("--locale", "C", "--locale-provider", "builtin", "--builtin-locale", "C.UTF-8"),
    ]


def _write_admission(cluster: Path) -> None:
    """Admits the user of this process, and nobody else, over the socket."""
    user = pwd.getpwuid(os.geteuid()).pw_name
    roles = (OWNER_ROLE, APP_ROLE, _SUPERUSER)
    (cluster / "pg_ident.conf").write_text("".join(f'house "{user}" {role}\n' for role in roles), encoding="utf-8")
    (cluster / "pg_hba.conf").write_text("local all all peer map=house\n", encoding="utf-8")


def _write_settings(cluster: Path, socket_folder: Path, *, durable: bool) -> None:
    settings = _SETTINGS | {"unix_socket_directories": str(socket_folder)} | ({} if durable else _HASTY_SETTINGS)
    lines = ("{} = '{}'\n".format(name, value.replace("'", "''")) for name, value in settings.items())
    (cluster / "postgresql.conf").write_text("".join(lines), encoding="utf-8")


def _ensure_socket_folder(data: Path, programs: Programs) -> Path:
    """A folder that only the server's user enters; it lies elsewhere where the data folder's name is too long."""
    name = f"hotline-{blake2b(os.fsencode(data), digest_size=8).hexdigest()}"
    places = (data / "socket", Path(tempfile.gettempdir()) / name, Path("/tmp") / name)  # noqa: S108 - checked below
    folder = next(place for place in places if len(os.fsencode(place / _SOCKET_NAME)) <= _SOCKET_PATH_BYTES)
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        programs.give(folder)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid != programs.user_id or state.st_mode & 0o077:
        raise DatabaseFault(f"{folder} must be a folder that belongs to the embedded database alone: remove it.")
    return folder


def _start_server(cluster: Path, programs: Programs) -> None:
    log = cluster / "server.log"
    log.unlink(missing_ok=True)
    arguments = ("-D", str(cluster), "-l", str(log), "-t", str(int(_START_SECONDS)), "-w", "start")
    try:
        programs.run("pg_ctl", *arguments)
    except DatabaseFault:
        raise DatabaseFault(f"The embedded database did not start: {_last_line(log)}.") from None
    except BaseException:
        _stop_server(cluster)
        raise


def _last_line(log: Path) -> str:
    with suppress(OSError):
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
        told = [line for line in lines if "FATAL" in line or "PANIC" in line] or lines[-1:]
        if told:
            return told[-1].rpartition("FATAL:")[2].strip().rstrip(".")
    return "it left no reason"


def _find_server(cluster: Path) -> psutil.Process | None:
    """The running server of these files; a process that merely got the old one's number is none."""
    with suppress(OSError, ValueError, IndexError, psutil.NoSuchProcess):
        process = psutil.Process(int((cluster / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))
        if _belongs_to(process, cluster):
            return process
    return None


def _clear_after_kill(cluster: Path, socket_folder: Path) -> None:
    """Removes what a killed server left: its last processes, and its marks, whose number another program may have."""
    mark = cluster / "postmaster.pid"
    deadline = time.monotonic() + _STOP_SECONDS
    while mark.exists() and (left := _list_processes(cluster)):
        if time.monotonic() > deadline:
            raise DatabaseFault(f"A killed embedded database's process {left[0].pid} does not end.")
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        time.sleep(0.01)
    mark.unlink(missing_ok=True)
    (socket_folder / f"{_SOCKET_NAME}.lock").unlink(missing_ok=True)


def _list_processes(cluster: Path) -> list[psutil.Process]:
    """All of the server's processes, which have its files as their working folder."""
    return [process for process in psutil.process_iter() if _belongs_to(process, cluster)]


def _belongs_to(process: psutil.Process, cluster: Path) -> bool:
    with suppress(psutil.Error, OSError):
        return process.name() == "postgres" and Path(process.cwd()) == cluster and not _has_ended(process)
    return False


def _stop_server(cluster: Path) -> None:
    """Asks the server to stop at once; after a while it is made to."""
    process = _find_server(cluster)
    if process is None:
        return
    for sign, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, _STOP_SECONDS / 4)):
        with suppress(psutil.NoSuchProcess):
            process.send_signal(sign)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if _has_ended(process):
                return
            time.sleep(0.01)
    raise DatabaseFault(f"The embedded database (process {process.pid}) does not stop.")


def _has_ended(process: psutil.Process) -> bool:
    """Whether the process is gone, or only waits for a parent that never asks."""
    try:
        return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True
