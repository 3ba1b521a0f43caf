"""The lock files pin every package by hash, name no address, and agree with each other and with the declaration."""

import re
import tomllib

import pytest

from app.kit.paths import PROJECT_ROOT

LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-sdmx.lock", "requirements-uv.lock")


def read_lock(name: str) -> dict[str, tuple[str, int]]:
    """Each package's version and the number of its hashes."""
    packages: dict[str, tuple[str, int]] = {}
    current = ""
    for line in (PROJECT_ROOT / name).read_text("utf-8").splitlines():
        if pin := re.match(r"([a-z0-9.\-]+)==([^ ]+)", line):
            current = pin[1]
            packages[current] = (pin[2], 0)
        elif re.fullmatch(r" +--hash=sha256:[0-9a-f]{64}( \\)?", line):
            version, hashes = packages[current]
            packages[current] = (version, hashes + 1)
        else:
            pytest.fail(f"{name} has a line that is neither a pin nor a hash: {line}")
    return packages


def declared(group: list[str]) -> set[str]:
    names = (re.match(r"[A-Za-z0-9.\-]+", requirement) for requirement in group)
    return {name[0].lower() for name in names if name}


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_is_pinned_by_hash_and_no_address_is_named(name: str) -> None:
    packages = read_lock(name)
    assert packages
    assert [package for package, (_, hashes) in packages.items() if hashes == 0] == []
    assert "://" not in (PROJECT_ROOT / name).read_text("utf-8")


@pytest.mark.parametrize("name", ["requirements-dev.lock", "requirements-sdmx.lock"])
def test_what_is_added_leaves_the_packages_as_they_are(name: str) -> None:
    running, more = read_lock("requirements.lock"), read_lock(name)
    assert {package: more.get(package) for package in running} == running
    assert len(more) > len(running)


def test_the_locks_hold_what_is_declared() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))
    assert declared(project["project"]["dependencies"]) <= set(read_lock("requirements.lock"))
    assert declared(project["dependency-groups"]["dev"]) <= set(read_lock("requirements-dev.lock"))
    assert not declared(project["dependency-groups"]["dev"]) & set(read_lock("requirements.lock"))


def test_the_installer_is_pinned_alone() -> None:
    assert list(read_lock("requirements-uv.lock")) == ["uv"]
