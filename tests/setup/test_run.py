"""The one script: it explains itself, and says in one sentence what is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.kit.paths import PROJECT_ROOT

BASIC_PROGRAMS = ("sh", "dirname", "cat", "cmp", "date", "rm", "cp", "mv")


def run(script: Path, *arguments: str, path: str) -> subprocess.CompletedProcess[str]:
    """Runs the script as on a bare machine: no home, nothing in the environment but the path."""
    return subprocess.run(
        [script, *arguments],
        env={"PATH": path, "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def bare_path(tmp_path: Path) -> Path:
    """A folder of programs without any Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for program in BASIC_PROGRAMS:
        found = shutil.which(program)
        assert found
        (folder / program).symlink_to(found)
    return folder


@pytest.fixture
def fresh_copy(tmp_path: Path) -> Path:
    """The script and its lock files in a folder where nothing is set up."""
    folder = tmp_path / "copy"
    folder.mkdir()
    for name in ("run", "requirements.lock", "requirements-dev.lock", "requirements-uv.lock"):
        shutil.copy(PROJECT_ROOT / name, folder)
    return folder / "run"


def put_python(folder: Path, script: str) -> None:
    (folder / "python3").write_text(f"#!/bin/sh\n{script}\n", "ascii")
    (folder / "python3").chmod(0o755)


@pytest.mark.parametrize("word", ["help", "-h", "--help"])
def test_help_names_each_command_without_setting_anything_up(fresh_copy: Path, bare_path: Path, word: str) -> None:
    done = run(fresh_copy, word, path=str(bare_path))
    assert done.returncode == 0
    assert done.stderr == ""
    for command in ("./run ", "./run hotline", "./run test", "./run lint", "./run bench", "./run help"):
        assert command in done.stdout
    assert sorted(path.name for path in fresh_copy.parent.iterdir() if path.is_dir()) == []


def test_an_unknown_word_is_named_and_fails(fresh_copy: Path, bare_path: Path) -> None:
    done = run(fresh_copy, "fly", path=str(bare_path))
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == './run does not know "fly".'


@pytest.mark.parametrize("command", ["demo", "hotline", "test", "lint"])
def test_without_python_one_sentence_says_so(fresh_copy: Path, bare_path: Path, command: str) -> None:
    done = run(fresh_copy, command, path=str(bare_path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "Python 3.11" in done.stderr


def test_an_old_python_does_not_count(fresh_copy: Path, bare_path: Path) -> None:
    put_python(bare_path, "exit 1")
    done = run(fresh_copy, path=str(bare_path))
    assert done.returncode == 1
    assert "Python 3.11 or newer" in done.stderr


def test_a_python_without_venv_is_told_what_to_install(fresh_copy: Path, bare_path: Path) -> None:
    put_python(bare_path, 'case "$*" in *ensurepip*) exit 1 ;; esac')
    done = run(fresh_copy, path=str(bare_path))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "apt-get install python3-venv" in done.stderr
    assert not (fresh_copy.parent / ".uv").exists()


def test_an_interrupted_download_leaves_nothing_half_made(fresh_copy: Path, bare_path: Path) -> None:
    put_python(
        bare_path,
        'case "$*" in *"-m venv"*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;; *pip*install*) exit 1 ;; esac',
    )
    (bare_path / "mkdir").symlink_to(shutil.which("mkdir") or "")
    done = run(fresh_copy, path=str(bare_path))
    assert done.returncode == 1
    assert "could not be fetched" in done.stderr.splitlines()[-1]
    assert sorted(path.name for path in fresh_copy.parent.iterdir() if path.is_dir()) == []


def test_packages_that_are_there_are_not_installed_again() -> None:
    done = run(PROJECT_ROOT / "run", "setup", path=os.environ["PATH"])
    assert (done.returncode, done.stderr) == (0, "")


def test_the_script_is_plain_shell() -> None:
    text = (PROJECT_ROOT / "run").read_text("utf-8")
    assert text.startswith("#!/bin/sh\n")
    subprocess.run([shutil.which("sh") or "", "-n", PROJECT_ROOT / "run"], check=True)
    assert "[[" not in text
    assert "local " not in text
