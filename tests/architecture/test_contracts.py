"""The floors of the house hold, and the check that says so finds what breaks them."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from app.kit.paths import PROJECT_ROOT

CONFIGURATION = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))
CONTRACTS = CONFIGURATION["tool"]["importlinter"]["contracts"]

# For each contract an import that breaks it: the file it is written into, and the line.
BREACHES = {
    "Imports go down the floors, never up and never sideways": ("app/kit/clock.py", "import app.centres"),
    "In a room the verbs stand above the store, and the store above the types": (
        "app/centres/models.py",
        "import app.centres.store",
    ),
    "The flow engine is pure": ("app/ivr/model.py", "import app.kit.clock"),
    "Rules neither read nor write": ("app/centres/rules.py", "import asyncpg"),
    "Only the telephony door knows Twilio": ("app/phone/routes.py", "import twilio.rest"),
    "Only the doors and the program that opens them know HTTP": ("app/calls/store.py", "from fastapi import Request"),
    "Only the calls open their store": ("app/telephony/form.py", "import app.calls.store"),
    "Only the centres open their store": ("app/calls/service.py", "import app.centres.store"),
    "Only the knowledge opens its store": ("app/calls/service.py", "import app.knowledge.store"),
    "Only the queue opens its store": ("app/calls/service.py", "import app.queue.store"),
    "Only the referrals open their store": ("app/calls/service.py", "import app.referrals.store"),
    "Only the statistics open their store": ("app/calls/service.py", "import app.statistics.store"),
    "Only the accounts open their store": ("app/shell/guard.py", "import app.accounts.store"),
}


def check(folder: Path) -> str:
    """What the check says about the copy of the project in a folder, one line for each contract."""
    program = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    done = subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_house_keeps_its_contracts() -> None:
    said = check(PROJECT_ROOT)
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in said, said


def test_each_contract_finds_what_breaks_it(tmp_path: Path) -> None:
    assert sorted(BREACHES) == sorted(contract["name"] for contract in CONTRACTS)
    shutil.copytree(PROJECT_ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT_ROOT / "pyproject.toml", tmp_path)
    for file, line in BREACHES.values():
        with (tmp_path / file).open("a", encoding="utf-8") as module:
            module.write(f"\n{line}\n")
    (tmp_path / "app" / "attic").mkdir()
    (tmp_path / "app" / "attic" / "__init__.py").touch()
    said = check(tmp_path)
    assert [name for name in BREACHES if f"{name} BROKEN" not in said] == [], said
    assert "attic" in said


def test_each_room_that_has_a_store_protects_it() -> None:
    stores = {
        ".".join(path.relative_to(PROJECT_ROOT).with_suffix("").parts) for path in PROJECT_ROOT.glob("app/*/store.py")
    }
    protected = {name for contract in CONTRACTS for name in contract.get("protected_modules", ())}
    assert stores <= protected
    assert {name.rpartition(".")[0] for name in protected} == {store.rpartition(".")[0] for store in stores}
