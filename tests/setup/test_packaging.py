"""What goes with the code says the same as the code: image, composition, metadata and licence."""

import re
import tomllib
from typing import Any

import yaml

from app.kit.paths import PROJECT_ROOT
from app.kit.settings import Settings

PROJECT = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMPOSITION: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "compose.yaml").read_text("utf-8"))
METADATA: dict[str, Any] = yaml.safe_load((PROJECT_ROOT / "publiccode.yml").read_text("utf-8"))
DOCKERFILE = (PROJECT_ROOT / "Dockerfile").read_text("utf-8")


def test_the_composition_passes_every_setting_that_production_has() -> None:
    passed = set(COMPOSITION["services"]["hotline"]["environment"])
    settings = {name.upper() for name in Settings.model_fields}
    assert settings - passed == {"HOTLINE_PORT", "HOTLINE_DATA"}
    assert passed <= settings


def test_only_the_roles_that_need_it_reach_the_database() -> None:
    services = COMPOSITION["services"]
    assert services["database"]["image"] == "postgres:18"
    assert services["migrate"]["environment"]["DATABASE_URL"].startswith("postgresql://hotline_owner:")
    assert services["hotline"]["environment"]["DATABASE_URL"].startswith("postgresql://hotline_app:")
    assert services["database"]["networks"] == ["inside"]
    assert COMPOSITION["networks"]["inside"]["internal"] is True


def test_the_composition_holds_no_secret() -> None:
    environments = [service.get("environment", {}) for service in COMPOSITION["services"].values()]
    secrets = [
        value
        for environment in environments
        for name, value in environment.items()
        if re.search("PASSWORD|TOKEN|KEYS", name)
    ]
    assert len(secrets) >= 5
    assert [value for value in secrets if not re.fullmatch(r"\$\{\w+(:[?-][^}]*)?\}", value)] == []


def test_the_image_runs_as_its_own_user_and_has_all_that_the_program_reads() -> None:
    final = DOCKERFILE.split("\nFROM ")[-1]
    assert re.search(r"^USER 10001", final, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n.*/healthz", final, re.MULTILINE)
    ignored = (PROJECT_ROOT / ".dockerignore").read_text("utf-8").splitlines()
    for folder in ("app", "ivr_flows", "knowledge_base", "locales", "migrations"):
        assert (PROJECT_ROOT / folder).is_dir()
        assert f"COPY {folder} {folder}" in final
        assert f"!{folder}" in ignored
    assert ignored[0] == "*"


def test_the_metadata_agrees_with_the_project() -> None:
    assert METADATA["publiccodeYmlVersion"] == "0.4"
    assert METADATA["softwareVersion"] == PROJECT["version"]
    assert METADATA["legal"]["license"] == PROJECT["license"] == "EUPL-1.2"
    for description in METADATA["description"].values():
        assert len(description["shortDescription"]) <= 150
        assert 150 <= len(description["longDescription"]) <= 10_000
        assert description["features"]


def test_the_licence_is_there_in_full() -> None:
    text = (PROJECT_ROOT / "LICENSE").read_text("utf-8")
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert [number for number in range(1, 16) if not re.search(rf"^{number}\. ?\w", text, re.MULTILINE)] == []
    assert "Appendix" in text
