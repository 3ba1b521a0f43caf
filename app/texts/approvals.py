"""Which languages' texts the operator has approved for production, and for which wording."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from app.kit.yamlfile import read_yaml

# Production refuses to start before these are approved.
OBLIGATORY = ("de", "en")


@dataclass(frozen=True, slots=True)
class Approval:
    """A deed of the operator: who (a role, never a name), when, and the fingerprint of the approved wording."""

    role: str
    on: str
    wording: str


def fingerprint(texts: Mapping[str, str]) -> str:
    """Changes with any text, so that a changed text is a draft again."""
    digest = hashlib.sha256()
    for id_ in sorted(texts):
        digest.update(f"{id_}\0{texts[id_]}\0".encode())
    return digest.hexdigest()[:16]


def read_approvals(path: Path) -> dict[str, Approval]:
    """Approvals by language; an absent file means that nothing is approved."""
    raw = read_yaml(path) if path.exists() else {}
    if not isinstance(raw, dict):
        return {}
    return {language: Approval(**fields) for language, fields in raw.items()}


def approve(path: Path, language: str, texts: Mapping[str, str], role: str, on: date) -> Approval:
    """Write down that this wording is approved, replacing an earlier approval of the language."""
    approvals = read_approvals(path)
    approvals[language] = Approval(role, on.isoformat(), fingerprint(texts))
    entries = {
        name: {"role": given.role, "on": given.on, "wording": given.wording}
        for name, given in sorted(approvals.items())
    }
    path.write_text(yaml.safe_dump(entries, allow_unicode=True, sort_keys=True), encoding="utf-8")
    return approvals[language]


def approved_languages(approvals: Mapping[str, Approval], wording: Mapping[str, Mapping[str, str]]) -> frozenset[str]:
    """Languages whose present wording is the approved one."""
    return frozenset(
        language
        for language, texts in wording.items()
        if language in approvals and approvals[language].wording == fingerprint(texts)
    )
